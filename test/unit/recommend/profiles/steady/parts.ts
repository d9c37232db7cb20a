import { settingsSchema } from '../../../../../config/schema.ts'
import type { DeclaredContainer } from '../../../../../plugin/model/declared.ts'
import type { ContainerUsage, Observation, ResourceUsage } from '../../../../../plugin/model/observation.ts'
import type { Advice } from '../../../../../plugin/recommend/advice.ts'
import type { Evidence } from '../../../../../plugin/recommend/evidence.ts'
import type { RecommendOptions } from '../../../../../plugin/recommend/recommend-options.ts'
import type { ContainerInput } from '../../../../../plugin/recommend/workload-input.ts'
import { observed } from '../../hpa/recorded.ts'

/** The defaults of the settings, as the rules of one number read them. */
export const options: RecommendOptions = settingsSchema.parse({}).recommend

/** Evidence that is thick enough to lower anything, unless a test says otherwise. */
export const evidence = (
  changed: Partial<RecommendOptions> = {},
  more: Partial<Observation> = {},
): Evidence => ({ options: { ...options, ...changed }, observation: observed({ containers: [], ...more }) })

/** Evidence of too few days to lower anything. */
export const thin = (changed: Partial<RecommendOptions> = {}): Evidence => evidence(changed, { days: 1 })

/** A container with what it declares and what it used. */
export const input = (
  values: DeclaredContainer['values'],
  usage: Partial<ContainerUsage> = {},
  name = 'app',
): ContainerInput => ({
  declared: { name, role: 'main', values },
  usage: { container: name, oomKills: 0, ...usage },
})

/** Usage that is all in one bucket of a sketch. */
export const inBucket = (bucket: number, more: Partial<ResourceUsage> = {}): ResourceUsage => ({
  sketch: [[bucket, 100]],
  peak: 100,
  samples: 100,
  ...more,
})

/** A number and the rules behind it, or that too little is known. */
export const said = (advice: Advice): readonly [value: number | 'unsure', ...rules: string[]] =>
  advice.kind === 'unsure' ? ['unsure'] : [advice.value, ...advice.because.map(({ rule }) => rule)]

/** What the reasons and the missing say, in one text. */
export const textOf = (advice: Advice): string =>
  advice.kind === 'unsure' ? advice.missing : advice.because.map(({ text }) => text).join('\n')
