import 'reflect-metadata'
import { All, Controller, Module, Req, Res } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { handlers } from '../handlers.js'

@Controller()
class Webhooks {
  @All('node')
  async node(@Req() request: never, @Res() response: never): Promise<void> {
    await handlers.node(request, response)
  }

  // As its manual says, a method without @Res() returns the response.
  @All('fetch')
  fetch(@Req() request: never): unknown {
    return handlers.fetch(request)
  }
}

@Module({ controllers: [Webhooks] })
class AppModule {}

const options = { rawBody: true }
const app =
  process.argv[2] === 'fastify'
    ? await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), options)
    : await NestFactory.create(AppModule, options)
await app.listen(Number(process.env['PORT']), '127.0.0.1')
