import { delimiter } from 'node:path'
import { programDirectory } from './programs.mjs'

/** Puts the real kubectl and Helm first in PATH for every test. */
export function setup(): void {
  process.env['PATH'] = [programDirectory('v35'), process.env['PATH'] ?? ''].join(delimiter)
}
