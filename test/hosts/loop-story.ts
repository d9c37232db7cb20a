import type { Day, LoopLab } from '../lab/loop/lab.ts'

/** Lets days pass in the closed loop. */
export async function pass(lab: LoopLab, days: number, settles = true): Promise<readonly Day[]> {
  const passed: Day[] = []
  for (let day = 0; day < days; day += 1) passed.push(await lab.day({ settles }))
  return passed
}

/** The changes of commits that contain a text. */
export const changesIn = (days: readonly Day[], text: string): readonly string[] =>
  days.flatMap(({ changes }) => changes.filter((one) => one.includes(text)))

/** Why a value of a service is as it is, on each of some days. */
export const reasons = (days: readonly Day[], service: string, field: string): readonly string[] =>
  days.map(({ report: { recommendations } }) =>
    recommendations
      .filter(({ workload, field: own }) => workload.name === service && own === field)
      .flatMap(({ because = [], missing: text = '' }) => [
        text,
        ...because.map((one) => `${one.rule}: ${one.text}`),
      ])
      .join('\n'),
  )

/** The verbs of all requests to API servers. */
export const verbsIn = (days: readonly Day[]): readonly string[] =>
  [...new Set(days.flatMap(({ requests }) => requests.map(({ verb }) => verb)))].sort()
