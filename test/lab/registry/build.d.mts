export const registryProgram: string
