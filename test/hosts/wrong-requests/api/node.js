import { handlers } from '../handlers.js'

export default handlers.node
