import type { IncomingMessage, ServerResponse } from 'node:http'
import { All, Controller, Req, Res } from '@nestjs/common'
import { createNodeHandler } from 'truedy-webhooks/node'

@Controller('webhooks')
export class WebhooksController {
  // Takes the secret from TRUEDY_WEBHOOK_SECRET, and fails at once without one.
  private readonly receive = createNodeHandler({
    onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
  })

  // With @Res(), Nest leaves the answer to the method.
  @All('truedy')
  async truedy(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    await this.receive(request, response)
  }
}
