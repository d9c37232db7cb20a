export function zizmor(): string | undefined
