/** For the size: one function out of all. */

import { verifyAndParse } from 'truedy-webhooks'

globalThis.verifyAndParse = verifyAndParse
