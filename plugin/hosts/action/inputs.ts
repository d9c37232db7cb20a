import * as core from '@actions/core'
import { stop } from '../../model/problem.ts'
import type { Workload } from '../../model/workload.ts'
import type { Shard } from '../../plan/shard-sources.ts'
import { type ObserveFlags, partOf } from '../../run/observe/request.ts'
import type { SettingsFlags } from '../../run/read-settings.ts'
import { sandboxMode } from '../../run/sandbox-setting.ts'
import { selectedBy } from '../../run/selected-workloads.ts'

const modes = ['report', 'commit', 'direct', 'pull-request', 'review'] as const

/** The mode of the step. */
export type ActionMode = (typeof modes)[number]

/** The value of an input; `undefined` when it is empty. */
export const given = (name: string): string | undefined => core.getInput(name) || undefined

/** The mode from the inputs. With `dry-run` it is `report`, except in mode review. Throws `usage` for an unknown mode. */
export function inputMode(): ActionMode | undefined {
  const text = given('mode')
  const mode = modes.find((one) => one === text)
  if (text !== undefined && mode === undefined) {
    const message = `Input mode is ${text}, which is not one of ${modes.join(', ')}`
    throw stop('usage', message, { hint: 'Correct it in the workflow.' })
  }
  return isOn('dry-run') && mode !== 'review' ? 'report' : mode
}

/** Whether an input is `true`; an empty one is not. */
export const isOn = (name: string): boolean => given(name) !== undefined && core.getBooleanInput(name)

/** The inputs that say which usage is read. */
export function usageInputs(): ObserveFlags {
  const [snapshot, prometheus] = [given('snapshot'), given('prometheus-url')]
  const [cluster, cache, until] = [given('cluster'), given('cache'), given('until')]
  return {
    ...(snapshot && { snapshot: linesOf(snapshot) }),
    ...(prometheus && { prometheus }),
    ...(cluster && { cluster }),
    ...(cache && { cache }),
    ...(until && { until }),
  }
}

const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((file) => file.trim())
    .filter(Boolean)

/** What a job that shares a plan with others does: plan a part of it, or merge all parts. */
export type ShardInputs =
  | { readonly kind: 'shard'; readonly shard: Shard; readonly out: string }
  | { readonly kind: 'merge'; readonly merge: readonly string[] }

/** The inputs about shards; `undefined` for a job that plans alone. Throws `usage` for inputs that do not belong together. */
export function shardInputs(): ShardInputs | undefined {
  const [shard, out, merge] = [given('shard'), given('part'), given('merge')]
  if (shard === undefined && out === undefined)
    return merge === undefined ? undefined : { kind: 'merge', merge: linesOf(merge) }
  const part = shard === undefined ? undefined : partOf({ shard })
  if (part === undefined || out === undefined || merge !== undefined)
    throw stop('usage', 'a job that plans a shard has the inputs shard and part, and not merge', {
      hint: 'Correct it in the workflow. The job after all shards has the input merge alone.',
    })
  return { kind: 'shard', shard: part, out }
}

/** The inputs about settings. Throws `usage` for an unknown sandbox mode. */
export function settingsInputs(): SettingsFlags {
  return {
    settings: given('settings'),
    operatorSettings: given('operator-settings'),
    allowFromRepository: (given('allow-from-repository') ?? '').split(/[\s,]+/).filter(Boolean),
    sandbox: sandboxMode(given('sandbox'), 'Input sandbox'),
  }
}

/**
 * The filter for the workloads in the input: `Kind/name` or `namespace/Kind/name`, separated by spaces, commas or lines.
 * `undefined` when the input is empty. Throws `usage` for a malformed name.
 */
export function inputWorkloads(): ((workload: Workload) => boolean) | undefined {
  const names = (given('workloads') ?? '').split(/[\s,]+/).filter(Boolean)
  return selectedBy(names, (name) =>
    stop('usage', `Input workloads has ${name}, which is not Kind/name`, {
      hint: 'Write Deployment/web, or shop/Deployment/web.',
    }),
  )
}
