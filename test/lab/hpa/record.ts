import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts'
import { kubernetesVersion } from '../cluster/parts.mjs'
import { downscaleStabilization, type RealController, startController, syncSeconds } from './controller.ts'
import type { RecordedLook, Recording } from './recording.ts'
import { type Scenario, scenarios } from './scenarios.ts'
import { buildWorld, setReplicas, type World } from './world.ts'

/**
 * `npm run hpa:record [NAME…]`: plays scenarios to the real HPA controller and records what it does. It takes some minutes,
 * because the controller uses real time. It needs `npm run lab:setup -- --all`.
 */
const directory = 'test/unit/recommend/hpa/recorded'

/** Plays one scenario, evaluation by evaluation. An evaluation before the world is ready invalidates the recording. */
async function play(
  scenario: Scenario,
  world: World,
  { plane, controller }: { readonly plane: ControlPlane; readonly controller: RealController },
): Promise<readonly RecordedLook[]> {
  const looks: RecordedLook[] = []
  const { name } = scenario
  const look = async (): Promise<void> => {
    const [now, groups] = [Date.now(), world.groups()]
    begun ||= now
    const replicas = groups.reduce((sum, { pods }) => sum + pods, 0)
    // Long enough for the controller to act, and short enough to end before its next evaluation.
    await sleep(600)
    const desired = await world.replicas()
    looks.push({ at: (now - begun) / 1000, replicas, groups, desired })
    if (looks.length === scenario.looks) return
    const { replicas: byHand } = scenario.step(looks.length)
    if (byHand !== undefined) await setReplicas(plane, name, byHand)
    await world.turn(looks.length, byHand ?? desired)
  }
  let begun = 0
  await new Promise<void>((resolve, reject) => {
    let busy = false
    controller.onSync(name, () => {
      if (looks.length === scenario.looks) return
      if (busy) return reject(new Error(`${name}: a look came before the pods were ready`))
      busy = true
      look()
        .then(() => {
          busy = false
          if (looks.length === scenario.looks) resolve()
        })
        .catch(reject)
    })
  })
  return looks
}

const wanted = process.argv.slice(2)
const chosen = scenarios.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
const plane = await startControlPlane()
const worlds = new Map<string, World>()
const controller = await startController(plane, (namespace) => worlds.get(namespace)?.metrics() ?? {})
try {
  mkdirSync(directory, { recursive: true })
  // A few at a time: pods must be ready well before the next evaluation.
  for (let next = 0; next < chosen.length; next += 5)
    await Promise.all(
      chosen.slice(next, next + 5).map(async (scenario) => {
        const world = await buildWorld(plane, scenario)
        worlds.set(scenario.name, world)
        const looks = await play(scenario, world, { plane, controller })
        const { about, containers, readyAfter = 1 } = scenario
        const recording: Recording = {
          about,
          kubernetes: kubernetesVersion,
          syncSeconds,
          downscaleStabilization,
          containers,
          hpa: world.hpa,
          readyAfterSeconds: readyAfter * syncSeconds,
          looks,
        }
        writeFileSync(join(directory, `${scenario.name}.json`), written(recording))
        console.log(`${scenario.name}: ${looks.map(({ desired }) => desired).join(' ')}`)
      }),
    )
} finally {
  await controller.close()
  await plane.close()
}

/** JSON with one line for each evaluation. */
function written({ looks, ...rest }: Recording): string {
  const lines = looks.map((look) => `    ${JSON.stringify(look)}`).join(',\n')
  return `${JSON.stringify(rest, null, 2).slice(0, -2)},\n  "looks": [\n${lines}\n  ]\n}\n`
}
