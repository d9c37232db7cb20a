import { describe, expect, it } from 'vitest'
import { refusedCandidates } from '../../../../plugin/trace/dye/refused-candidates.ts'
import { memoryView } from '../../memory-view.ts'
import { candidatesIn } from './candidates.ts'

const values = `a:
  resources:
    requests: {cpu: 100m, memory: 64Mi}
b:
  resources:
    requests: {cpu: 200m, memory: 128Mi}
`
const template = `{{ if gt .Values.a.resources.requests.cpu 4 }}{{ fail "x" }}{{ end }}
{{ toYaml $.Values.b.resources }}
{{ include "web.check" . }}
{{ .Values.web.a.resources.requests.memory }}
`

describe('a failure of a chart names candidates', () => {
  it.each<[string, string, readonly string[]]>([
    ['the value of the line', 'the template web/templates/d.yaml:1 fails', ['a cpu']],
    ['all values of a mapping', 'rendering failed: web/templates/d.yaml:2:3: no', ['b cpu', 'b memory']],
    ['the value of a subchart, from above', 'web/templates/d.yaml:4 fails', ['a memory']],
    ['none in a line without values', 'web/templates/d.yaml:3 fails', []],
    ['none in a line that does not exist', 'web/templates/d.yaml:99 fails', []],
    ['none in a file that does not exist', 'web/templates/e.yaml:1 fails', []],
    ['none outside the repository', '../../templates/d.yaml:1 fails', []],
    ['none without a line', 'it is too slow', []],
  ])('%s', async (_, message, named) => {
    const { candidates } = await candidatesIn({ 'values.yaml': values })
    const found = await refusedCandidates(
      message,
      candidates,
      memoryView({ 'web/templates/d.yaml': template }),
    )
    expect(found.map(({ path }) => `${path[0]} ${path.at(-1)}`)).toEqual(named)
  })
})
