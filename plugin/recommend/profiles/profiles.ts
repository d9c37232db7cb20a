import type { Profile } from '../profile.ts'
import { krr } from './krr/krr.ts'
import { steady } from './steady/steady.ts'
import { tortoise } from './tortoise/tortoise.ts'
import { vpa } from './vpa/vpa.ts'

/** All profiles by their names in settings. */
export const profiles = { steady, tortoise, vpa, krr } satisfies Readonly<Record<string, Profile>>
export type ProfileName = keyof typeof profiles
