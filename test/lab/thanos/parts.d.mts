export const thanosVersion: string
export const thanosDirectory: string
export function thanosProgram(): string | undefined
