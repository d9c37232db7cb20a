import { afterEach, describe, expect, it } from 'vitest'
import { type Ended, type LoopDaemon, startDaemon } from '../lab/loop/daemon.ts'
import { type LoopLab, missingForLoop, startLoop } from '../lab/loop/lab.ts'
import { requestedByGit, requestedIn } from '../lab/loop/requested.ts'
import { services } from '../lab/loop/services.ts'

const missing = missingForLoop()
if (missing !== undefined) console.warn(`${missing}: the daemon in the closed loop is not tested`)

const hour = 3_600_000
const days = 2
/** The schedules of the daemon: the plan once a day, and what was merged once an hour. */
const schedules = [
  { name: 'plan', cron: '17 4 * * *' },
  { name: 'urgent', cron: '47 * * * *', only: 'urgent' },
]
let lab: LoopLab
let daemon: LoopDaemon

/** The next due times after a time: by hour, and once a day before. */
function dueAfter(from: Date, hours: number): readonly { readonly schedule: string; readonly due: Date }[] {
  const first = Math.floor(from.getTime() / hour) * hour
  return Array.from({ length: hours }, (_, index) => new Date(first + index * hour)).flatMap((at) => {
    const [plan, urgent] = [new Date(at.getTime() + 17 * 60_000), new Date(at.getTime() + 47 * 60_000)]
    return [
      ...(at.getUTCHours() === 4 && plan > from ? [{ schedule: 'plan', due: plan }] : []),
      ...(urgent > from ? [{ schedule: 'urgent', due: urgent }] : []),
    ]
  })
}

describe.skipIf(missing !== undefined)('the daemon in the closed loop', () => {
  afterEach(async () => {
    await daemon?.close()
    await lab?.close()
  })

  it('plans once a day, looks after what it changed each hour, and takes back what hurts within hours', async () => {
    const settings = { serve: { schedules, jitterSeconds: 0 } }
    lab = await startLoop({ days: days + 1, settings })
    daemon = await startDaemon(lab)
    lab.audited()
    const ended: Ended[] = []
    let harmed: Date | undefined
    for (const { schedule, due } of dueAfter(lab.now(), days * 24)) {
      const run = await daemon.until(schedule, due)
      ended.push(run)
      if (harmed === undefined && run.schedule === 'plan') {
        harmed = due
        lab.load.scaleMemory('web', 2.2)
      }
    }
    const commits = ended.filter(({ changes }) => changes.length > 0)
    const [first, takenBack, ...others] = commits
    expect(first?.schedule).toBe('plan')
    expect(takenBack?.schedule).toBe('urgent')
    expect(takenBack?.changes).toEqual([
      expect.stringMatching(/Deployment\/web app requests\.memory 360Mi \d+Mi health\.killed/),
      expect.stringMatching(/Deployment\/web app limits\.memory 360Mi \d+Mi health\.killed/),
    ])
    expect((takenBack?.time.getTime() ?? 0) - (first?.time.getTime() ?? 0)).toBeLessThan(4 * hour)
    expect(others).toEqual([])
    expect(requestedIn(services, lab.kubelet.pods())).toEqual(requestedByGit(services, lab.repository))
    expect([...new Set(lab.audited().map(({ verb }) => verb))].sort()).toEqual(['get', 'list'])
  })
})
