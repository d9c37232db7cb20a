export const s3Version: string
export const s3Directory: string
export function s3Program(): string | undefined
