import type { IncomingMessage, ServerResponse } from 'node:http'
import { All, Controller, Req, Res } from '@nestjs/common'
import { createNodeHandler } from 'truedy-webhooks/node'

@Controller('webhooks')
export class WebhooksController {
  // Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
  private readonly receive = createNodeHandler({
    onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
  })

  // Because of @Res(), Nest leaves the response to this method.
  @All('truedy')
  async truedy(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    await this.receive(request, response)
  }
}
