/** `truedy-webhooks/diagnose`: why does my signature not match? */

export type { DiagnosisCause } from './causes.js'
export { type DiagnoseOptions, type Diagnosis, diagnose } from './diagnose.js'
export { sortedJson } from './sorted-json.js'
