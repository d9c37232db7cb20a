export const controllers: Readonly<Record<string, string>>
export const fluxDefinitions: string
