import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { AppModule } from './app.module.js'

const app = await NestFactory.create<NestExpressApplication>(AppModule, {
  // The JSON parser then keeps the bytes that are signed, in request.rawBody.
  rawBody: true,
})
// The parser goes first, and rejects what is over its limit: 100 kB, if it is not raised to that of the library.
app.useBodyParser('json', { limit: '1mb' })

await app.listen(process.env.PORT ?? 3000, '127.0.0.1')
