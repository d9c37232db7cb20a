import { deployment } from '../builders.ts'

/** An object that deploys something. */
export const deploy = (name: string, spec: string) =>
  `apiVersion: v1\nkind: Deploy\nmetadata: {name: ${name}}\nspec: {${spec}}\n`
/** The Deployment `web`. */
export const web = deployment('web', 'env: []')
/** A chart with the Deployment `web`. */
export const chart = (path: string) => ({
  [`${path}/chart.yaml`]: '{}',
  [`${path}/values.yaml`]: '{}',
  [`${path}/template.yaml`]: web,
})
