import { isJsonObject, type JsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import { ExpectedStop, stop } from '../../plugin/model/problem.ts'
import type { SourceRenderer } from '../../plugin/model/renderer.ts'
import type { RepositoryView } from '../../plugin/model/source.ts'
import type { HelmSource } from '../helm/source.ts'

const stage = '.tortoise-template'

/** What evaluating templates needs: the files, and Helm. */
interface TemplatePorts {
  readonly view: RepositoryView
  readonly render: SourceRenderer['render']
}

/**
 * Evaluates Go templates as an ApplicationSet does, with the real engine: Helm has the same language and functions. Each
 * template is a definition of a chart that exists only for this, and each set of parameters is its data. Returns the texts
 * by set, then by template. Rejects with `source.render` where Helm is missing or a template fails.
 */
export async function evaluateTemplates(
  templates: readonly string[],
  sets: readonly JsonObject[],
  { view, render }: TemplatePorts,
): Promise<readonly (readonly string[])[]> {
  const source: HelmSource = { kind: 'helm', id: stage, path: stage, release: 'template', values: [] }
  const files = new Map([
    [`${stage}/Chart.yaml`, 'apiVersion: v2\nname: template\nversion: 0.0.0\n'],
    [`${stage}/values.yaml`, JSON.stringify({ sets })],
    [`${stage}/templates/all.yaml`, chartTemplate(templates)],
  ])
  try {
    const { objects } = await render(source, view.with(files))
    const ordered = objects.toSorted((one, other) => indexOf(one) - indexOf(other))
    return ordered.map((object) => listOf(valueAt(object, ['texts'])).map((text) => textOf(text) ?? ''))
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    const reason = error.problems[0]?.message ?? error.message
    throw stop('source.render', `its Go templates cannot be evaluated with Helm: ${reason}`, { cause: error })
  }
}

const indexOf = (object: JsonObject): number => {
  const index = isJsonObject(object) ? object['index'] : undefined
  return typeof index === 'number' ? index : 0
}

const chartTemplate = (templates: readonly string[]): string => `${templates
  .map((template, index) => `{{- define "t${index}" }}${template}{{ end }}`)
  .join('\n')}
{{- range $index, $set := .Values.sets }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: "set-{{ $index }}"}
index: {{ $index }}
texts:
${templates.map((_, index) => `  - {{ include "t${index}" $set | toJson }}`).join('\n')}
{{- end }}
`
