import Sails from 'sails'
import { address, path, receiveNode } from './receive.js'

const [port, explicitHost] = address
new Sails.Sails().lift(
  {
    appPath: import.meta.dirname,
    port,
    explicitHost,
    log: { level: 'error' },
    hooks: { grunt: false, pubsub: false, session: false, i18n: false, views: false },
    globals: false,
    http: {
      middleware: {
        // In front of Sails' body parser.
        order: ['truedy', 'bodyParser', 'router'],
        truedy: (request, response, next) =>
          request.path === path ? receiveNode(request, response) : next(),
      },
    },
  },
  (error) => {
    if (error) throw error
  },
)
