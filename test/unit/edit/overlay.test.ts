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
    ['a request, its comment kept', cpu, 'cpu: 500m   # generous', 'cpu: 350m   # generous'],
    [
      'a quoted value, in its quotes',
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
  ])('sets %s and touches nothing else', (_name, value, before, after) => {
    const laid = overlayText(rendering, [overlay([value])], 'shop')
    expect(laid).toEqual({ text: rendering.replace(before, after), applied: 1, warnings: [] })
  })

  it('adds a value that is not there', () => {
    const laid = overlayText(rendering, [
      overlay([{ container: 'app', field: 'limits.memory', value: '1Gi' }]),
    ])
    expect(laid.text).toBe(
      rendering.replace(
        "memory: '256Mi'\n",
        "memory: '256Mi'\n            limits:\n              memory: 1Gi\n",
      ),
    )
  })

  it('laid twice is laid once', () => {
    const once = overlayText(rendering, [overlay([cpu])]).text
    expect(overlayText(once, [overlay([cpu])]).text).toBe(once)
  })

  it.each<[string, Overlay]>([
    ['another namespace', overlay([cpu], { namespace: 'other' })],
    ['another kind', overlay([cpu], { kind: 'StatefulSet' })],
    ['another API group', overlay([cpu], { apiVersion: 'argoproj.io/v1alpha1' })],
    ['a container that is gone', overlay([{ ...cpu, container: 'gone' }])],
    [
      'a variable that is taken from elsewhere',
      overlay([{ container: 'app', field: 'env.GOMEMLIMIT', value: '1GiB' }]),
    ],
  ])('for %s changes nothing and says so', (_name, one) => {
    const laid = overlayText(rendering, [one])
    expect(laid).toMatchObject({ text: rendering, applied: 0 })
    expect(laid.warnings).toEqual([expect.stringContaining('.tortoise/web.json: nothing of')])
  })

  it('takes an object without a namespace to be in the one that is rendered for', () => {
    const bare = rendering.replaceAll('  namespace: shop\n', '')
    const meant = overlay([cpu], { namespace: 'shop' })
    expect(overlayText(bare, [meant], 'shop').applied).toBe(1)
    expect(overlayText(bare, [meant], 'other').applied).toBe(0)
  })

  it('leaves a document that cannot be read safely as it is, with a warning', () => {
    const twice = rendering.replace('  name: web\n  namespace', '  name: web\n  name: web\n  namespace')
    const laid = overlayText(twice, [overlay([cpu])])
    expect(laid.text).toBe(twice)
    expect(laid.warnings[0]).toMatch(/Deployment\/web is left alone/)
  })

  it('reaches objects inside a List and in JSON', () => {
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

  it('is read', () => {
    expect(parseOverlay('.tortoise/web.json', JSON.stringify(good))).toEqual(overlay([cpu]))
  })

  it.each([
    ['not JSON', '{', /not JSON/],
    ['another version', JSON.stringify({ ...good, version: 2 }), /version/],
    [
      'a field that is none',
      JSON.stringify({ ...good, values: [{ ...cpu, field: 'image' }] }),
      /values\.0\.field/,
    ],
    [
      'a value that is none',
      JSON.stringify({ ...good, values: [{ ...cpu, value: '1; rm' }] }),
      /values\.0\.value/,
    ],
    ['CPU in bytes', JSON.stringify({ ...good, values: [{ ...cpu, value: '9Mi' }] }), /values\.0\.value/],
    [
      'a request of no container',
      JSON.stringify({ ...good, values: [{ field: 'requests.cpu', value: '1' }] }),
      /container/,
    ],
    ['an unknown key', JSON.stringify({ ...good, extra: 1 }), /extra/],
  ])('stops on %s', (_name, text, says) => {
    expect(() => parseOverlay('.tortoise/web.json', text)).toThrow(says)
  })
})
