import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { demoCheckout } from './program.ts'

export const recommendation = (name: string, container: string, value: string): string =>
  JSON.stringify({
    version: 1,
    workload: { kind: 'Deployment', name },
    values: [{ container, field: 'requests.cpu', value }],
  })

export const parameters = (...list: readonly object[]) => ({ ARGOCD_APP_PARAMETERS: JSON.stringify(list) })

export const names = (text: string): readonly string[] =>
  [...text.matchAll(/name"?: ?"?(\w+)/g)].map(([, name]) => name ?? '')

/** A copy of the demo's repository with some directories more, and what tests do in it. */
export function renderGround() {
  const checkout = demoCheckout()
  const root = checkout.directory
  const run = (file: string, args: readonly string[], cwd = root): string =>
    execFileSync(file, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 26 })
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  write('plain/one.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n')
  write('plain/two.json', '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"two"}}')
  write('plain/deep/three.yml', '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: three}\n')
  write('plain/values.yaml', 'not: a manifest\n')
  write('plain/notes.txt', 'apiVersion: v1\nkind: Text\n')
  write('empty/values.yaml', 'a: 1\n')
  return { checkout, root, run, write }
}
