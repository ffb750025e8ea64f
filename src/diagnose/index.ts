/** `truedy-webhooks/diagnose`: finds out why a signature doesn't match. */

export type { DiagnosisCause } from './causes.js'
export { type DiagnoseOptions, type Diagnosis, diagnose } from './diagnose.js'
export { sortedJson } from './sorted-json.js'
