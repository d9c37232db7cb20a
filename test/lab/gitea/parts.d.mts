export const giteaVersion: string
export const giteaDirectory: string
export function giteaProgram(): string | undefined
