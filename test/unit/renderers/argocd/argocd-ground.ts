import { parse } from 'yaml'
import type { Json, JsonObject } from '../../../../plugin/model/json.ts'
import { memoryView } from '../../memory-view.ts'

/** The value of a text in YAML. */
export const yaml = (text: string): Json => parse(text) as Json
/** The object of a text in YAML. */
export const object = (text: string): JsonObject => parse(text) as JsonObject

const files = {
  'charts/web/Chart.yaml': 'name: web\n',
  'charts/web/prod.yaml': '',
  'charts/web/test-1.yaml': '',
  'charts/web/test-2.yaml': '',
  'values/web.yaml': '',
  'apps/web/kustomization.yaml': '{}',
  'plain/web.yaml': '',
  'vendor/db/Chart.yaml': 'name: db\n',
}
/** A repository with a chart, a kustomization and a directory of manifests. */
export const view = memoryView(files)
/** The source that declares the objects. */
export const declaredIn = { kind: 'plain', id: 'x', path: 'x' }
