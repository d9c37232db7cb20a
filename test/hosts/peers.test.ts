import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Observation } from '../../plugin/model/observation.ts'
import { parseSnapshot } from '../../plugin/observe/snapshot.ts'
import { type ControlPlane, hasControlPlane, startControlPlane } from '../lab/cluster/control-plane.ts'
import { installDefinitions } from '../lab/cluster/inhabit.ts'
import { inhabitPeers } from '../lab/peers/cluster.ts'
import { peerFleet, podsOf } from '../lab/peers/fleet.ts'
import { krrProgram, vpaProgram } from '../lab/peers/parts.mjs'
import { type Recommended, runKrr, runRecommender } from '../lab/peers/programs.ts'
import { type Compared, compareValues, fillWith, ownBounds, ownValues } from '../lab/peers/side-by-side.ts'
import { hasPrometheus, type PrometheusLab, startWritablePrometheus } from '../lab/prometheus.ts'
import { tortoise } from './program.ts'

const missing = [
  ...(hasPrometheus() ? [] : ['Prometheus is not on the PATH']),
  ...(hasControlPlane() ? [] : ['no kube-apiserver (npm run lab:setup)']),
  ...(krrProgram() === undefined || vpaProgram() === undefined
    ? ['no KRR or no recommender of the VPA (npm run lab:peers)']
    : []),
]
if (missing.length > 0) console.warn(`profiles are not compared with their originals: ${missing.join(', ')}`)

const daySeconds = 86_400
const days = 8
/** Values that are more than 5 % and more than one bucket off, with what they have in common. */
const linesOf = (all: readonly Compared[]): readonly string[] =>
  all
    .filter(({ isClose }) => !isClose)
    .map(({ key, resource, theirs, ours }) => {
      const workload = peerFleet.find(({ namespace, name }) => key.startsWith(`${namespace}/${name}/`))
      return `${key} ${resource}: ${theirs} there, ${ours} here (${workload?.pods} pods, ${workload?.spread})`
    })

describe.skipIf(missing.length > 0)(
  '96 containers on one Prometheus, sized by the real programs and by the profiles',
  () => {
    const root = mkdtempSync(join(tmpdir(), 'tortoise-peers-'))
    let server: PrometheusLab
    let plane: ControlPlane
    let observations: readonly Observation[]

    beforeAll(async () => {
      server = await startWritablePrometheus()
      plane = await startControlPlane()
      // KRR and the recommender read until now, so the history ends a little later than they need.
      const end = Math.floor(Date.now() / 60_000) * 60 + 600
      const begin = Math.floor(end / 3600) * 3600 - days * daySeconds - 3600
      const pods = peerFleet.flatMap((workload) => podsOf(workload, begin, end))
      await fillWith(server.url, pods, { begin, end, scrape: 60 })
      await installDefinitions(plane, vpaProgram()?.definitions)
      await inhabitPeers(plane, peerFleet, pods)
      writeFileSync(join(root, 'tortoise.yaml'), `clusters: [{name: prod}]\nhistory: {days: ${days}}\n`)
      const out = join(root, 'out.json')
      const place = ['--repo', root, '--prometheus', server.url, '--out', out]
      const { status, stderr } = await tortoise(['snapshot', ...place])
      expect(stderr.replace(/^warning.*$/gm, '').trim()).toBe('')
      expect(status).toBe(0)
      observations = parseSnapshot(out, readFileSync(out, 'utf8')).observations
    })
    afterAll(async () => {
      await plane?.close()
      await server?.close()
      rmSync(root, { recursive: true, force: true })
    })

    function report(name: string, theirs: Recommended, ours: Recommended): readonly Compared[] {
      const all = compareValues(theirs, ours)
      for (const resource of ['cpu', 'memory'] as const) {
        const own = all.filter((one) => one.resource === resource)
        const strict = own.filter((one) => Math.abs(one.ours - one.theirs) <= 0.05 * one.theirs)
        const close = own.filter(({ isClose }) => isClose)
        console.info(
          `${name} ${resource}: ${strict.length} of ${own.length} within 5 %, ${close.length} within 5 % or a bucket`,
        )
      }
      for (const line of linesOf(all)) console.info(line)
      return all
    }

    it.each([
      ['at the same step as ours', 5],
      ['at its own step of 75 seconds', 1.25],
    ])('profile krr recommends what KRR does, %s', async (name, minutes) => {
      const theirs = await runKrr(plane, server.url, { hours: days * 24, minutes })
      const all = report(`krr ${name}`, theirs, ownValues(observations, 'krr'))
      expect(all).toHaveLength(2 * 96)
      expect(linesOf(all).length).toBeLessThanOrEqual(0.05 * all.length)
    })

    it('profile vpa recommends what the recommender does', async () => {
      const { target, lowerBound, upperBound } = await runRecommender(plane, server.url)
      const all = report('vpa', target, ownValues(observations, 'vpa'))
      for (const [name, theirs] of [
        ['lowerBound', lowerBound],
        ['upperBound', upperBound],
      ] as const) {
        const bounds = report(`vpa ${name}`, theirs, ownBounds(observations, name))
        // Half of the weight of memory is the newest day, which is one sample old there and begins at midnight here.
        const known = name === 'upperBound' ? bounds : bounds.filter(({ resource }) => resource === 'cpu')
        expect(linesOf(known).length).toBeLessThanOrEqual(0.05 * known.length)
      }
      expect(all).toHaveLength(2 * 96)
      const exceptions = all.filter(({ isClose }) => !isClose)
      expect(exceptions.length).toBeLessThanOrEqual(0.05 * all.length)
      // Days begin at midnight here and at the first sample there, so another day's peak of the busy pod may count.
      for (const { key, resource } of exceptions) {
        expect(resource).toBe('memory')
        expect(
          peerFleet.find(({ namespace, name }) => key.startsWith(`${namespace}/${name}/`))?.spread,
        ).not.toBe('even')
      }
    })
  },
)
