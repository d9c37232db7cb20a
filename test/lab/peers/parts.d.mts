export const krrCommit: string
export const vpaVersion: string
export const krrDirectory: string
export const vpaDirectory: string
export function krrProgram(): { readonly python: string; readonly script: string } | undefined
export function vpaProgram(): { readonly recommender: string; readonly definitions: string } | undefined
