import {
  decidedOnboarding,
  type OnboardingDraft,
  type OnboardingPull,
  onboardingState,
  syncOnboarding,
} from '../../deliver/pulls/onboarding.ts'
import type { Plan } from '../../model/plan.ts'
import { onboardingBody, onboardingTitle } from '../../report/pull-request/onboarding.ts'
import { openForge, openWriter } from '../deliver/open-forge.ts'
import type { RunPorts } from '../host.ts'
import { monthlyPrices } from '../monthly-prices.ts'
import { type DraftRequest, draftSettings, type SettingsDraft } from './draft-settings.ts'

/** How a branch without settings was onboarded. `planned`: only reported, nothing was opened. */
export interface Onboarding extends Partial<Omit<OnboardingPull, 'action'>> {
  readonly action: OnboardingPull['action'] | 'planned'
  /** The plan with the proposed settings; absent when people decided already, and when none could be computed. */
  readonly plan?: Plan
}

/** A branch without settings. */
export interface OnboardRequest extends DraftRequest {
  /** Whether nothing is opened. */
  readonly reportsOnly: boolean
}

/**
 * Opens or updates the one pull request with first settings of a branch, unless somebody merged or closed it before.
 * Returns a reason, as a clause, where the branch has nothing to right-size.
 */
export async function onboard(ports: RunPorts, request: OnboardRequest): Promise<Onboarding | string> {
  if (request.reportsOnly) {
    const draft = await draftSettings(ports, request)
    return draft === undefined ? noSource : { action: 'planned', ...planOf(draft) }
  }
  const { branch, commit, file, settingsOf, checkout } = request
  const settings = settingsOf({ file, text: '' })
  const { forge, session } = await openForge(ports, settings.deliver)
  const state = await onboardingState({ forge }, { base: branch, baseId: commit.id })
  const decided = decidedOnboarding(state)
  if (decided !== undefined) return decided
  const draft = await draftSettings(ports, request)
  if (draft === undefined) return noSource
  const { gitdir = checkout.root } = checkout
  const writer = openWriter(ports, { settings, gitdir, session, now: ports.now() })
  ports.progress({ kind: 'stage', stage: 'onboard', detail: state.branch })
  const pull = await syncOnboarding(state, pullOf(draft, { file, branch }), { forge, writer })
  return { ...pull, ...planOf(draft) }
}

const noSource = 'no source with a workload was found in it'

const planOf = ({ first }: SettingsDraft): Pick<Onboarding, 'plan'> =>
  typeof first === 'string' ? {} : { plan: first }

function pullOf(
  { text, sources, skipped, settings, observed, first }: SettingsDraft,
  about: { readonly file: string; readonly branch: string },
): OnboardingDraft {
  const content = {
    ...about,
    sources: sources.map((one) => ({ path: one.settings.path, workloads: one.workloads.length })),
    skipped,
    first,
    observations: observed.observations,
    prices: monthlyPrices(settings),
  }
  return {
    edit: { file: about.file, before: '', after: text },
    title: onboardingTitle(content),
    body: onboardingBody(content),
  }
}
