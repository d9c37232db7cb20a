import { fleet, fleetFiles, fleetNodes } from './fleet.ts'
import { missingForLoop, startLoop } from './lab.ts'

/** `npm run lab:loop [DAYS] [fleet]`: lets days pass in the closed loop, and prints what happened on each. */
const days = Number(process.argv[2] ?? 8)
const all = process.argv[3] === 'fleet'
const missing = missingForLoop()
if (missing !== undefined) throw new Error(missing)
const began = performance.now()
const lab = await startLoop({
  days,
  ...(all ? { services: fleet, files: fleetFiles, nodes: fleetNodes } : {}),
})
try {
  console.log(`Started in ${((performance.now() - began) / 1000).toFixed(0)} s`)
  for (let day = 1; day <= days; day += 1) {
    const { time, commit, changes, requests, seconds, runSeconds, rollOutSeconds } = await lab.day()
    const verbs = [...new Set(requests.map(({ verb }) => verb))].sort().join('/')
    const times = [runSeconds, rollOutSeconds, seconds].map((one) => one.toFixed(1)).join(' s, ')
    console.log(
      `Day ${day}, ${time.toISOString()}: ${commit?.slice(0, 10) ?? 'no commit'}; run, roll-out, day: ${times} s; ${requests.length} requests (${verbs})`,
    )
    for (const change of changes) console.log(`  ${change}`)
  }
  const { violations, listings } = lab.rollOuts
  console.log(
    `${listings()} listings of pods, ${violations().length} with too few ready pods`,
    violations().slice(0, 5),
  )
  console.log(`OOM kills: ${JSON.stringify([...lab.load.kills()])}`)
} finally {
  await lab.close()
}
