import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { z } from 'zod'
import { workflowEvent } from '../../../plugin/run/workflow-event.ts'

const work = mkdtempSync(join(tmpdir(), 'tortoise-event-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))
const schema = z.object({ issue: z.object({ number: z.number() }).optional() })

function read(text: string) {
  const file = join(work, 'event.json')
  writeFileSync(file, text)
  return workflowEvent({ GITHUB_EVENT_PATH: file }, schema)
}

it('the event of a workflow is read from the file of the runner', () => {
  expect(read('{"issue":{"number":7},"other":1}')).toEqual({ issue: { number: 7 } })
  expect(workflowEvent({}, schema)).toBeUndefined()
  expect(workflowEvent({ GITHUB_EVENT_PATH: join(work, 'none.json') }, schema)).toBeUndefined()
})

it.each([
  ['is empty', '', 'it is no JSON'],
  ['is cut off', '{"issue":', 'it is no JSON'],
  ['is no object', 'null', '/: Invalid input: expected object'],
  ['has another type', '{"issue":{"number":"7"}}', '/issue/number: Invalid input: expected number'],
])('a file that %s is named, with the fix', (_, text, why) => {
  expect(() => read(text)).toThrow(`event.json is not an event of GitHub: ${why}`)
  expect(() => read(text)).toThrow(
    expect.objectContaining({
      problems: [
        expect.objectContaining({
          code: 'files.unusable',
          hint: expect.stringContaining('GITHUB_EVENT_PATH'),
        }),
      ],
    }),
  )
})
