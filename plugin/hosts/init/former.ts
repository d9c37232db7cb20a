import { join } from 'node:path'
import { openWorkTree } from '../../io/work-tree.ts'
import { plural } from '../../model/plural.ts'
import { stop } from '../../model/problem.ts'
import type { Checkout } from '../../run/checkout.ts'
import {
  type Former,
  type FormerProgram,
  formerRules,
  type PlacedObject,
} from '../../run/survey/former-rules.ts'
import { type SwitchOff, switchesOff } from './switch-off.ts'

/** What another program's objects say, and how each of those that change pods is switched off. */
export interface FormerSettings extends Former {
  readonly program: FormerProgram
  readonly switches: readonly SwitchOff[]
}

/** Reads the objects of the program that `--from` names. Rejects with `usage` where the repository has none. */
export async function formerOf(
  { root }: Checkout,
  { from, switchOff }: { readonly from?: FormerProgram; readonly switchOff?: boolean },
  objects: readonly PlacedObject[],
): Promise<FormerSettings | undefined> {
  if (from === undefined) {
    if (switchOff !== true) return undefined
    throw stop('usage', '--switch-off needs --from', { hint: 'Name the program: --from vpa --switch-off.' })
  }
  const former = formerRules(from, objects)
  if (former.found === 0) {
    throw stop('usage', `nothing of ${titles[from]} was found in what the sources render`, {
      hint: `Look for ${wanted[from]}, or run tortoise init without --from.`,
    })
  }
  const view = openWorkTree(root)
  const files = former.writers.length === 0 ? [] : await yamlFiles(view, '.')
  return { ...former, program: from, switches: await switchesOff(former.writers, files, view) }
}

const titles: Readonly<Record<FormerProgram, string>> = {
  vpa: 'the VerticalPodAutoscaler',
  tortoise: "Mercari's Tortoise",
  goldilocks: 'Goldilocks',
  krr: 'KRR',
}

const wanted: Readonly<Record<FormerProgram, string>> = {
  vpa: 'objects of kind VerticalPodAutoscaler',
  tortoise: 'objects of kind Tortoise',
  goldilocks: 'namespaces with the label goldilocks.fairwinds.com/enabled',
  krr: 'a CronJob or Job that runs krr',
}

type View = ReturnType<typeof openWorkTree>

async function yamlFiles(view: View, directory: string): Promise<readonly string[]> {
  const entries = (await view.list(directory)).filter(({ name }) => !name.startsWith('.'))
  const found = await Promise.all(
    entries.map(async ({ name, kind }): Promise<readonly string[]> => {
      const path = directory === '.' ? name : `${directory}/${name}`
      if (kind === 'directory') return yamlFiles(view, path)
      return /\.ya?ml$/.test(name) ? [path] : []
    }),
  )
  return found.flat()
}

/** The files in which objects are switched off, as they will be. */
export const editsOf = (former: FormerSettings | undefined, { root }: Checkout) => [
  ...new Map(
    (former?.switches ?? []).flatMap(({ edit }) =>
      edit === undefined
        ? []
        : [[edit.file, { file: edit.file, path: join(root, edit.file), text: edit.after }]],
    ),
  ).values(),
]

/** What was taken over, and what still changes pods. */
export function formerWords(
  { program, found, rules, recommend, switches, notes = [] }: FormerSettings,
  isSwitchedOff: boolean,
): readonly string[] {
  const profile = recommend['profile'] === undefined ? '' : ` and the profile ${recommend['profile']}`
  const lines = switches.map(({ writer: { kind, namespace, name, mode }, places, edit }) => {
    const object = `${kind} ${namespace === '' ? '' : `${namespace}/`}${name} (mode ${mode})`
    if (edit !== undefined && isSwitchedOff) return `  ${object}: switched off in ${places[0]}`
    if (edit !== undefined)
      return `  ${object}: set its mode to Off in ${places[0]}, or run again with --switch-off`
    return places.length === 0
      ? `  ${object}: it is not in the files of this repository; switch it off where it is`
      : `  ${object}: it is written in ${places.join(' and ')}; switch it off there`
  })
  return [
    `Took over from ${titles[program]}: ${plural(rules.length, 'rule')}${profile} of ${plural(found, 'object')}.`,
    ...notes.map((note) => `  ${note}.`),
    ...(lines.length === 0
      ? []
      : [
          isSwitchedOff
            ? 'These no longer change pods once this is merged. Their pods then get what Git requests, so merge the first plan with it:'
            : program === 'tortoise'
              ? 'These still set the sizes of pods, whatever Git has, until they are off:'
              : 'These still change pods, and their values are skipped until they are off:',
          ...lines,
        ]),
  ]
}
