import { describe, expect, it } from 'vitest'
import { overlayText } from '../../../plugin/edit/overlay.ts'
import { parseOverlay } from '../../../plugin/edit/overlay-file.ts'
import type { Overlay, OverlayValue } from '../../../plugin/model/overlay.ts'

const rendering = `---
# Source: web/templates/service.yaml
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports:   [ {port: 80} ]}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  template:
    spec:
      containers:
        - name: app
          image: web:1 # pinned
          env:
            - name: GOMAXPROCS
              value: "4"
            - name: GOMEMLIMIT
              valueFrom: {resourceFieldRef: {resource: limits.memory}}
          resources:
            requests:
              cpu: 500m   # generous
              memory: '256Mi'
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: web
  namespace: shop
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  maxReplicas: 9
  metrics:
    - type: Resource
      resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}
`

const overlay = (values: readonly OverlayValue[], workload: Partial<Overlay['workload']> = {}): Overlay => ({
  file: '.tortoise/web.json',
  workload: { kind: 'Deployment', name: 'web', ...workload },
  values,
})

const cpu = { container: 'app', field: 'requests.cpu', value: '350m' } as const

describe('an overlay', () => {
  it.each<[string, OverlayValue, string, string]>([
    ['a request and keeps its comment', cpu, 'cpu: 500m   # generous', 'cpu: 350m   # generous'],
    [
      'a quoted value and keeps its quotes',
      { container: 'app', field: 'requests.memory', value: '300Mi' },
      "'256Mi'",
      "'300Mi'",
    ],
    ['a variable', { container: 'app', field: 'env.GOMAXPROCS', value: '2' }, 'value: "4"', 'value: "2"'],
    [
      "an autoscaler's target",
      { field: 'hpa.target.cpu', value: '70' },
      'averageUtilization: 50',
      'averageUtilization: 70',
    ],
  ])('sets %s and changes nothing else', (_name, value, before, after) => {
    const result = overlayText(rendering, [overlay([value])], 'shop')
    expect(result).toEqual({ text: rendering.replace(before, after), applied: 1, warnings: [] })
  })

  it('adds a value that is not set', () => {
    const result = overlayText(rendering, [
      overlay([{ container: 'app', field: 'limits.memory', value: '1Gi' }]),
    ])
    expect(result.text).toBe(
      rendering.replace(
        "memory: '256Mi'\n",
        "memory: '256Mi'\n            limits:\n              memory: 1Gi\n",
      ),
    )
  })

  it('has the same result when it is applied twice', () => {
    const once = overlayText(rendering, [overlay([cpu])]).text
    expect(overlayText(once, [overlay([cpu])]).text).toBe(once)
  })

  it.each<[string, Overlay]>([
    ['another namespace', overlay([cpu], { namespace: 'other' })],
    ['another kind', overlay([cpu], { kind: 'StatefulSet' })],
    ['another API group', overlay([cpu], { apiVersion: 'argoproj.io/v1alpha1' })],
    ['a container that is no longer rendered', overlay([{ ...cpu, container: 'gone' }])],
    ['a variable with valueFrom', overlay([{ container: 'app', field: 'env.GOMEMLIMIT', value: '1GiB' }])],
  ])('for %s changes nothing and warns', (_name, one) => {
    const result = overlayText(rendering, [one])
    expect(result).toMatchObject({ text: rendering, applied: 0 })
    expect(result.warnings).toEqual([
      expect.stringContaining('.tortoise/web.json: this rendering has no place for'),
    ])
  })

  it('matches an object without a namespace by the namespace of the rendering', () => {
    const bare = rendering.replaceAll('  namespace: shop\n', '')
    const meant = overlay([cpu], { namespace: 'shop' })
    expect(overlayText(bare, [meant], 'shop').applied).toBe(1)
    expect(overlayText(bare, [meant], 'other').applied).toBe(0)
  })

  it('skips a document that cannot be read safely, with a warning', () => {
    const twice = rendering.replace('  name: web\n  namespace', '  name: web\n  name: web\n  namespace')
    const result = overlayText(twice, [overlay([cpu])])
    expect(result.text).toBe(twice)
    expect(result.warnings[0]).toMatch(/Deployment\/web is skipped/)
  })

  it('sets values of objects in a List and in JSON', () => {
    const json = JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'web' },
          spec: {
            template: { spec: { containers: [{ name: 'app', resources: { requests: { cpu: '1' } } }] } },
          },
        },
      ],
    })
    expect(overlayText(json, [overlay([cpu])]).text).toBe(json.replace('"cpu":"1"', '"cpu":"350m"'))
  })
})

describe('a file of recommendations', () => {
  const good = { version: 1, workload: { kind: 'Deployment', name: 'web' }, values: [cpu] }

  it('is parsed', () => {
    expect(parseOverlay('.tortoise/web.json', JSON.stringify(good))).toEqual(overlay([cpu]))
  })

  it.each([
    ['not JSON', '{', /not JSON/],
    ['another version', JSON.stringify({ ...good, version: 2 }), /version/],
    [
      'an unknown field',
      JSON.stringify({ ...good, values: [{ ...cpu, field: 'image' }] }),
      /values\.0\.field/,
    ],
    [
      'an invalid value',
      JSON.stringify({ ...good, values: [{ ...cpu, value: '1; rm' }] }),
      /values\.0\.value/,
    ],
    ['CPU in bytes', JSON.stringify({ ...good, values: [{ ...cpu, value: '9Mi' }] }), /values\.0\.value/],
    [
      'a request without a container',
      JSON.stringify({ ...good, values: [{ field: 'requests.cpu', value: '1' }] }),
      /container/,
    ],
    ['an unknown key', JSON.stringify({ ...good, extra: 1 }), /extra/],
  ])('is refused for %s', (_name, text, says) => {
    expect(() => parseOverlay('.tortoise/web.json', text)).toThrow(says)
  })
})
