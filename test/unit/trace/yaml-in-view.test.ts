import { expect, it } from 'vitest'
import { refusalInView, yamlInView } from '../../../plugin/trace/yaml-in-view.ts'
import { memoryView } from '../memory-view.ts'

/** A view that counts how often each file is read. */
function counting(files: Readonly<Record<string, string>>) {
  const view = memoryView(files)
  const reads = new Map<string, number>()
  const read: typeof view.read = (path) => {
    reads.set(path, (reads.get(path) ?? 0) + 1)
    return view.read(path)
  }
  return { view: { ...view, read }, reads }
}

it('a file is parsed once for a view', async () => {
  const { view, reads } = counting({ 'a.yaml': 'a: 1\n' })
  expect(await yamlInView('a.yaml', view)).toBe(await yamlInView('a.yaml', view))
  expect(reads.get('a.yaml')).toBe(1)
})

it('sixty files are kept, those used last', async () => {
  const names = Array.from({ length: 61 }, (_, index) => `f${index}.yaml`)
  const { view, reads } = counting(Object.fromEntries(names.map((name) => [name, 'a: 1\n'])))
  const open = (name: string | undefined) => yamlInView(name ?? '', view)
  for (const name of names.slice(0, 60)) await open(name)
  await open(names[0])
  expect(reads.get('f0.yaml')).toBe(1)
  // The sixty-first takes the place of the second, which nobody has used since.
  await open(names[60])
  await open(names[0])
  expect(reads.get('f0.yaml')).toBe(1)
  await open(names[1])
  expect(reads.get('f1.yaml')).toBe(2)
})

it('a file that is gone has neither a text nor a problem; one that cannot be edited has a problem with its place', async () => {
  const { view } = counting({ 'a.yaml': 'a: [\n', 'b.yaml': 'b: 1\n' })
  expect(await yamlInView('gone.yaml', view)).toBeUndefined()
  expect(await refusalInView('gone.yaml', view)).toBeUndefined()
  expect(await refusalInView('b.yaml', view)).toBeUndefined()
  expect(await yamlInView('a.yaml', view)).toBeUndefined()
  expect(await refusalInView('a.yaml', view)).toMatch(/^a\.yaml:\d+:\d+: /)
})
