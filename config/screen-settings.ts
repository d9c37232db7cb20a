import { denialOf, type OperatorAdvice } from './denied.ts'
import { type FoundSetting, settingsIn, withoutSettings } from './find-settings.ts'
import type { OpenedSettings, SettingsText } from './open-settings.ts'
import type { OpenedOperator } from './operator-file.ts'
import type { DenialReason, DeniedSetting, PlacedSetting } from './placed-settings.ts'
import type { Settings } from './schema.ts'
import { isMapping } from './schema-walk.ts'
import { canBeAllowed, hostPathKind, isAllowed, isOperatorSetting, serverGroups } from './setting-kinds.ts'

/** A settings file, and how its relative paths are made absolute. */
export interface SettingsFile extends SettingsText {
  readonly absolute?: (path: string) => string
}

/** The files that settings are read from, and what a repository may set in them. */
export interface SettingsRequest {
  readonly main: SettingsFile
  /** Whether the main file is part of the repository that is reviewed. */
  readonly isReviewed?: boolean
  readonly operator?: SettingsFile
  /** Names of operator settings that flags or the environment allow. */
  readonly allowed?: readonly string[]
  /** The sandbox mode from flags or the environment. */
  readonly sandbox?: Settings['sandbox']
  /** The directory of the repository. */
  readonly repository?: string
  /** Whether an absolute path leads into the repository. */
  readonly isInside?: (path: string) => boolean
  readonly advice?: OperatorAdvice
}

const advised: OperatorAdvice = {
  file: 'the file that --operator-settings names',
  allow: (name) => `--allow-from-repository ${name}`,
}

/** Both files without the operator settings that they may not give. */
export interface Screened {
  readonly main: unknown
  readonly operator: unknown
  readonly denied: readonly DeniedSetting[]
  readonly operated: readonly PlacedSetting[]
}

type Judge = (setting: FoundSetting) => DenialReason | undefined

/** Leaves out the operator settings that a reviewed repository may not set, and paths of secrets that lead into it. */
export function screen(
  main: OpenedSettings,
  operator: OpenedOperator | undefined,
  request: SettingsRequest,
): Screened {
  const allowed = [...(request.allowed ?? []), ...(operator?.allow ?? [])]
  const judge: Judge =
    request.isReviewed === true ? (one) => judgeReviewed(one, allowed, operator) : () => undefined
  const own = screenFile(main, request.main, { judge, request })
  const given = operator && screenFile(operator, request.operator, { judge: () => undefined, request })
  return {
    main: own.raw,
    operator: given === undefined ? {} : withoutCentral(given.raw),
    denied: [...own.denied, ...(given?.denied ?? [])],
    operated: [...own.operated, ...(given?.operated ?? [])],
  }
}

/** Operator settings about several repositories, which are no settings of a single one. */
export const centralSettings: readonly string[] = ['repositories', 'discover', 'dashboard']

const withoutCentral = (raw: unknown): unknown =>
  isMapping(raw)
    ? Object.fromEntries(
        Object.entries(raw).filter(([key]) => key !== 'allow' && !centralSettings.includes(key)),
      )
    : raw

function judgeReviewed(
  setting: FoundSetting,
  allowed: readonly string[],
  operator: OpenedOperator | undefined,
): DenialReason | undefined {
  const { name, cluster } = setting
  const given = operatorSettingsIn(operator).filter((one) => one.cluster === cluster)
  if (given.some((one) => one.name === name)) return 'overridden'
  if (!canBeAllowed(name)) return 'never'
  if (!isAllowed(name, allowed)) return 'reviewed'
  return given.some((one) => isOfSameServer(one.name, name)) ? 'mixed' : undefined
}

const operatorSettingsIn = (operator: OpenedOperator | undefined): readonly FoundSetting[] =>
  operator === undefined ? [] : settingsIn(operator.raw).filter(({ name }) => isOperatorSetting(name))

/** Whether two settings are parts of one server, for example its URL and its token. */
const isOfSameServer = (one: string, other: string): boolean =>
  serverGroups.some((group) => one.startsWith(`${group}.`) && other.startsWith(`${group}.`))

interface FileContext {
  readonly judge: Judge
  readonly request: SettingsRequest
}

function screenFile(opened: OpenedSettings, file: SettingsFile | undefined, { judge, request }: FileContext) {
  const { advice = advised, isInside = () => false } = request
  const absolute = file?.absolute ?? ((path: string) => path)
  const denied: DeniedSetting[] = []
  const operated: PlacedSetting[] = []
  const removed: FoundSetting['path'][] = []
  for (const one of settingsIn(opened.raw).filter(({ name }) => isOperatorSetting(name))) {
    const place = opened.placeOf(one.path)
    const reason = judge(one) ?? (isReviewedSecret(one, absolute, isInside) ? 'inside' : undefined)
    const placed = { name: one.name, place, ...(one.cluster === undefined ? {} : { cluster: one.cluster }) }
    if (reason === undefined) operated.push(placed)
    else {
      removed.push(one.path)
      denied.push({ ...placed, reason, problem: { ...denialOf(one, reason, advice), place } })
    }
  }
  const kept = withoutSettings(opened.raw, removed)
  return { raw: withAbsolutePaths(kept, absolute), denied, operated }
}

const isReviewedSecret = (
  { name, value }: FoundSetting,
  absolute: (path: string) => string,
  isInside: (path: string) => boolean,
): boolean => hostPathKind(name) === 'secret' && typeof value === 'string' && isInside(absolute(value))

/** A copy whose paths of the host are absolute. */
function withAbsolutePaths(raw: unknown, absolute: (path: string) => string): unknown {
  const paths = settingsIn(raw).filter(({ name, value }) => hostPathKind(name) && typeof value === 'string')
  return paths.reduce((copy, { path, value }) => withValue(copy, path, absolute(String(value))), raw)
}

function withValue(raw: unknown, [step, ...rest]: FoundSetting['path'], value: unknown): unknown {
  if (step === undefined) return value
  if (Array.isArray(raw)) return raw.map((one, index) => (index === step ? withValue(one, rest, value) : one))
  return isMapping(raw) ? { ...raw, [step]: withValue(raw[step], rest, value) } : raw
}
