import { readFileSync } from 'node:fs'
import type { PageClient } from '../../report/fleet/page.ts'

/** The script and the style of the HTML report, which the build writes beside the program. */
export const readPageClient = (): PageClient =>
  JSON.parse(readFileSync(new URL('page-client.json', import.meta.url), 'utf8')) as PageClient
