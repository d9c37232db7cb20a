export const kustomizeVersion: string
export const kustomizeProgram: string
