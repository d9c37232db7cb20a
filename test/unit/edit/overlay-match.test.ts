import { describe, expect, it } from 'vitest'
import { overlayText } from '../../../plugin/edit/overlay.ts'
import type { OverlaidWorkload, Overlay, OverlayValue } from '../../../plugin/model/overlay.ts'

const cpu: OverlayValue = { container: 'app', field: 'requests.cpu', value: '350m' }
const memory: OverlayValue = { container: 'app', field: 'requests.memory', value: '64Mi' }

const overlay = (values: readonly OverlayValue[], workload: Partial<OverlaidWorkload> = {}): Overlay => ({
  file: '.tortoise/web.json',
  workload: { kind: 'Deployment', name: 'web', ...workload },
  values,
})

interface Written {
  readonly name?: string
  readonly kind?: string
  readonly apiVersion?: string
  readonly cpu?: string
}

const manifest = ({
  name = 'web',
  kind = 'Deployment',
  apiVersion = 'apps/v1',
  cpu: to = '1',
}: Written = {}) =>
  `apiVersion: ${apiVersion}
kind: ${kind}
metadata: {name: ${name}}
spec: {template: {spec: {containers: [{name: app, resources: {requests: {cpu: ${to}}}}]}}}
`

describe('the object of recommendations', () => {
  it('is found by its name, whatever the documents before and after it', () => {
    const text = (to: string) =>
      `${manifest({ name: 'web-2' })}---\n${manifest({ cpu: to })}--- # last\nweb: 1\n`
    expect(overlayText(text('1'), [overlay([cpu])])).toEqual({ text: text('350m'), applied: 1, warnings: [] })
  })

  it('is found where the stream ends with a document marker', () => {
    const text = `${manifest()}---`
    expect(overlayText(text, [overlay([cpu])]).text).toBe(`${manifest({ cpu: '350m' })}---`)
  })

  it('is not cut at dashes inside a text', () => {
    const note = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: "x\n  ---\n  y --- z"}\n`
    const result = overlayText(`${note}---\n${manifest()}`, [overlay([cpu])])
    expect(result).toEqual({ text: `${note}---\n${manifest({ cpu: '350m' })}`, applied: 1, warnings: [] })
  })

  it('may be of any version of the API group, and of no other group', () => {
    const applied = (written: Written, apiVersion: string) =>
      overlayText(manifest(written), [overlay([cpu], { apiVersion })]).applied
    expect(applied({}, 'apps/v1beta1')).toBe(1)
    expect(applied({}, 'extensions/v1')).toBe(0)
    expect(applied({}, 'v1')).toBe(0)
    expect(applied({ apiVersion: 'v1' }, 'v2')).toBe(1)
    expect(applied({ apiVersion: 'v1' }, 'apps/v1')).toBe(0)
  })

  it('may be in any namespace where neither the rendering nor the recommendations name one', () => {
    expect(overlayText(manifest(), [overlay([cpu], { namespace: 'shop' })]).applied).toBe(1)
    expect(overlayText(manifest(), [overlay([cpu])], 'shop').applied).toBe(1)
  })

  it('is one of several in a stream, each with its own values', () => {
    const result = overlayText(`${manifest()}---\n${manifest({ name: 'api' })}`, [
      overlay([cpu]),
      overlay([{ ...cpu, value: '9' }], { name: 'api' }),
    ])
    expect(result).toEqual({
      text: `${manifest({ cpu: '350m' })}---\n${manifest({ name: 'api', cpu: '9' })}`,
      applied: 2,
      warnings: [],
    })
  })

  it('counts a value that is set already', () => {
    expect(overlayText(manifest({ cpu: '350m' }), [overlay([cpu])])).toEqual({
      text: manifest({ cpu: '350m' }),
      applied: 1,
      warnings: [],
    })
  })
})

describe('an object that is not YAML to be edited', () => {
  it('is ignored where no recommendation is for it', () => {
    const broken = 'a: [\n---\n'
    expect(overlayText(`${broken}${manifest()}`, [overlay([cpu])])).toEqual({
      text: `${broken}${manifest({ cpu: '350m' })}`,
      applied: 1,
      warnings: [],
    })
  })

  it('is named with every workload that may be in it', () => {
    const both = [overlay([cpu]), overlay([cpu], { name: 'web-api' })]
    const { text, warnings } = overlayText('web-api: [\n', both)
    expect(text).toBe('web-api: [\n')
    expect(warnings[0]).toMatch(/Deployment\/web, Deployment\/web-api.*YAML/)
  })
})

describe('a value that cannot be set', () => {
  it('is named, value by value', () => {
    const gone: OverlayValue = { field: 'hpa.maxReplicas', value: '9' }
    const { applied, warnings } = overlayText(manifest(), [
      overlay([cpu, { ...memory, container: 'gone' }, gone]),
    ])
    expect(applied).toBe(1)
    expect(warnings).toEqual([
      expect.stringMatching(
        /^\.tortoise\/web\.json: .*gone requests\.memory, hpa\.maxReplicas .*Deployment\/web/,
      ),
    ])
  })

  it('is named once where no value can be set', () => {
    const { warnings } = overlayText(manifest({ name: 'api' }), [overlay([cpu, memory])])
    expect(warnings).toEqual([expect.stringMatching(/^\.tortoise\/web\.json: .*Deployment\/web/)])
    expect(warnings[0]).not.toContain('requests')
  })

  it('is refused where two files want different values, and where a flow mapping cannot take a block', () => {
    const two = overlayText(manifest(), [overlay([cpu]), overlay([{ ...cpu, value: '9' }])])
    expect(two.text).toBe(manifest({ cpu: '350m' }))
    expect(two.warnings).toEqual([expect.stringMatching(/^Deployment\/web app requests\.cpu .*350m/)])
    const variable: OverlayValue = { container: 'app', field: 'env.GOMAXPROCS', value: '2' }
    const flow = overlayText(manifest(), [overlay([variable])])
    expect(flow.text).toBe(manifest())
    expect(flow.warnings).toEqual([
      expect.stringMatching(/^Deployment\/web app env\.GOMAXPROCS .*flow mapping/),
    ])
  })

  it('is named without a container for a field of the autoscaler', () => {
    const hpa = `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {maxReplicas: 5, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
`
    const bound = (value: string): OverlayValue => ({ field: 'hpa.maxReplicas', value })
    const result = overlayText(hpa, [overlay([bound('8')]), overlay([bound('9')])])
    expect(result).toMatchObject({ text: hpa.replace('5', '8'), applied: 2 })
    expect(result.warnings).toEqual([expect.stringMatching(/^Deployment\/web +hpa\.maxReplicas .*8/)])
  })

  it('is a bound that an autoscaler does not have, since none is added', () => {
    const hpa = `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {maxReplicas: 5, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
`
    const hpaOverlay = overlay([{ field: 'hpa.minReplicas', value: '2' }])
    expect(overlayText(hpa, [hpaOverlay])).toMatchObject({ text: hpa, applied: 0 })
    const named = overlay([{ field: 'hpa.minReplicas', value: '2' }], { kind: 'HorizontalPodAutoscaler' })
    expect(overlayText(hpa, [named])).toMatchObject({ text: hpa, applied: 0 })
  })
})
