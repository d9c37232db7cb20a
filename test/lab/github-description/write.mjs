// Writes two files beside this file, reduced to what the source calls: description.json, GitHub's OpenAPI description, and
// schema.graphql, its GraphQL schema. The whole ones are npm packages. They unpack to 392 MB, so they go to a temporary folder.
// usage: npm run github:description [-- latest]   (default: the versions that the files name)
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { calledOperations } from './operations.mjs'
import { reduceSchema } from './queries.mjs'

const restFile = join(import.meta.dirname, 'description.json')
const graphqlFile = join(import.meta.dirname, 'schema.graphql')
const readText = (...path) => readFileSync(join(...path), 'utf8')
const readJson = (...path) => JSON.parse(readText(...path))
const [version] = process.argv.slice(2)

/** The npm package to read: of the version that was asked for, or that a file names. */
const wanted = (name, file) =>
  `${name}@${version ?? (existsSync(file) ? /\d+\.\d+\.\d+/.exec(readText(file))?.[0] : 'latest')}`

/** The operations, with every component that they refer to, directly or not. */
function reduce(whole) {
  const paths = {}
  for (const operation of calledOperations()) {
    const [method, path] = operation.split(' ')
    const own = whole.paths[path]?.[method.toLowerCase()]
    if (own === undefined) throw new Error(`${operation} is not in the description`)
    paths[path] = { ...paths[path], [method.toLowerCase()]: own }
  }
  const components = {}
  const waiting = [paths]
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    for (const [, kind, name] of JSON.stringify(part).matchAll(/"\$ref":"#\/components\/(\w+)\/([^"]+)"/g)) {
      if (components[kind]?.[name] !== undefined) continue
      components[kind] = { ...components[kind], [name]: whole.components[kind][name] }
      waiting.push(components[kind][name])
    }
  }
  return { paths: brief(paths), components: brief(components) }
}

const isProse = (key, value) =>
  key.startsWith('x-') ||
  key === 'externalDocs' ||
  ((key === 'description' || key === 'summary') && typeof value === 'string')

/** Without what is written for people. Examples stay whole: the test server fills its answers up from them. */
function brief(value) {
  if (Array.isArray(value)) return value.map(brief)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([key, one]) => !isProse(key, one))
  return Object.fromEntries(
    kept.map(([key, one]) => [key, key === 'example' || key === 'examples' ? one : brief(one)]),
  )
}

/** JSON with one line for each operation and each component, so that a new version can be read as a diff. */
function print({ version: from, ...parts }) {
  const lines = (object) =>
    Object.keys(object)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${JSON.stringify(object[key])}`)
      .join(',\n')
  const groups = Object.keys(parts.components).sort()
  const components = groups.map((kind) => `${JSON.stringify(kind)}:{\n${lines(parts.components[kind])}\n}`)
  return `{"package":"@octokit/openapi","version":${JSON.stringify(from)},"paths":{\n${lines(parts.paths)}\n},"components":{\n${components.join(',\n')}\n}}\n`
}

function writeRest(installed) {
  const whole = readJson(installed, 'generated/api.github.com.json')
  const text = print({ version: readJson(installed, 'package.json').version, ...reduce(whole) })
  writeFileSync(restFile, text)
  copyFileSync(join(installed, 'LICENSE'), join(import.meta.dirname, 'LICENSE'))
  console.log(
    `Wrote ${restFile}: ${calledOperations().length} operations, ${Math.round(text.length / 1024)} KiB`,
  )
}

function writeGraphql(installed) {
  const { name, version: from } = readJson(installed, 'package.json')
  const text = `# ${name} ${from}\n\n${reduceSchema(readText(installed, 'schema.graphql'))}\n`
  writeFileSync(graphqlFile, text)
  console.log(`Wrote ${graphqlFile}: ${Math.round(text.length / 1024)} KiB`)
}

const directory = mkdtempSync(join(tmpdir(), 'tortoise-github-'))
try {
  const flags = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--silent']
  const packages = [wanted('@octokit/openapi', restFile), wanted('@octokit/graphql-schema', graphqlFile)]
  execFileSync('npm', ['install', ...flags, '--prefix', directory, ...packages])
  writeRest(join(directory, 'node_modules/@octokit/openapi'))
  writeGraphql(join(directory, 'node_modules/@octokit/graphql-schema'))
} finally {
  rmSync(directory, { recursive: true, force: true })
}
