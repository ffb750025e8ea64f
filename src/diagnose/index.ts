/** `truedy-webhooks/diagnose`: why does my signature not match? */

export { type DiagnoseOptions, type Diagnosis, type DiagnosisCause, diagnose } from './diagnose.js'
