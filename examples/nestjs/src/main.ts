import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { AppModule } from './app.module.js'

const app = await NestFactory.create<NestExpressApplication>(AppModule, {
  // Makes the JSON parser keep the signed bytes in request.rawBody.
  rawBody: true,
})
// The default limit of this parser is 100 kB. The payload of a long call can be larger.
app.useBodyParser('json', { limit: '1mb' })

await app.listen(process.env.PORT ?? 3000, '127.0.0.1')
