// Appends the URL of every module that Node loads to the file that LOADED_MODULES names.
// usage: node --import ./test/lab/trace-modules.mjs FILE.js
import { register } from 'node:module'

const hooks = `
  import { appendFileSync } from 'node:fs'
  export async function load(url, context, next) {
    appendFileSync(process.env.LOADED_MODULES, url + '\\n')
    return next(url, context)
  }`

register(`data:text/javascript,${encodeURIComponent(hooks)}`)
