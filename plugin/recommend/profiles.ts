import { krr } from './krr.ts'
import type { Profile } from './profile.ts'
import { steady } from './steady.ts'
import { tortoise } from './tortoise.ts'
import { vpa } from './vpa.ts'

/** Every profile by its name in settings. */
export const profiles = { steady, tortoise, vpa, krr } satisfies Readonly<Record<string, Profile>>
export type ProfileName = keyof typeof profiles
