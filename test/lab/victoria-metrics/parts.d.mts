export const victoriaVersion: string
export const victoriaDirectory: string
export function victoriaProgram(): string | undefined
