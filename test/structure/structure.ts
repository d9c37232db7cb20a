import { layers, roomOf } from './layers.ts'
import { readModules } from './modules.ts'
import { functionsOf, percentile } from './sizes.ts'

// usage: npm run structure — the sizes of files and functions, the largest of both, and who imports whom.
const modules = readModules()
const functions = modules.flatMap(functionsOf)
const files = modules.map(({ file, text }) => ({ file, lines: text.trimEnd().split('\n').length }))

const row = (name: string, numbers: readonly number[]): string =>
  `${name}: median ${percentile(numbers, 0.5)}, p95 ${percentile(numbers, 0.95)}, p99 ${percentile(numbers, 0.99)}, largest ${percentile(numbers, 1)}`

console.log(
  [
    `${files.length} files, ${functions.length} functions`,
    row(
      'lines of a file',
      files.map(({ lines }) => lines),
    ),
    row(
      'lines of a function',
      functions.map(({ lines }) => lines),
    ),
    row(
      'parameters of a function',
      functions.map(({ parameters }) => parameters),
    ),
  ].join('\n'),
)

console.log('\nLargest files and functions')
for (const { file, lines } of files.toSorted((a, b) => b.lines - a.lines).slice(0, 30))
  console.log(`  ${lines}  ${file}`)
for (const { place, lines } of functions.toSorted((a, b) => b.lines - a.lines).slice(0, 30))
  console.log(`  ${lines}  ${place}`)

console.log('\nRooms, from the lowest layer, and what each imports (number of imports)')
for (const room of layers.flat()) {
  const counts = new Map<string, number>()
  for (const target of modules
    .filter(({ file }) => roomOf(file) === room)
    .flatMap(({ imports }) => imports.map(roomOf)))
    if (target !== room) counts.set(target, (counts.get(target) ?? 0) + 1)
  console.log(`  ${room}: ${[...counts].map(([name, count]) => `${name} ${count}`).join(', ') || 'nothing'}`)
}
