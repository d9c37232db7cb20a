import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { kedaAdmission, scaledObjectDefinition } from './build.mjs'

/** What KEDA says of a ScaledObject. */
interface Admission {
  /** Why its schema, its webhook or a scaler refuses it; empty when it is accepted. */
  readonly refused: readonly string[]
  /** The pods that each cron trigger keeps at each of the given times, by the name of the trigger. */
  readonly cron: Readonly<Record<string, readonly number[]>>
}

/** Whether the program is built: `node test/lab/keda/build.mjs`. */
export const hasKeda = (): boolean => existsSync(kedaAdmission)

/** Runs KEDA's own admission on a ScaledObject, and its cron scaler at some times, in seconds since 1970. */
export function admit(
  scaledObject: object,
  { workload, times = [] }: { readonly workload: object; readonly times?: readonly number[] },
): Admission {
  const input = JSON.stringify({ scaledObject, workload, times })
  return JSON.parse(execFileSync(kedaAdmission, [scaledObjectDefinition], { input, encoding: 'utf8' }))
}
