/** Files outside `package.json` and the chart that name the version. */
export const filesWithVersion = [
  'README.md',
  'config/deploy/argocd-plugin/values.yaml',
  'config/deploy/cronjob/kustomization.yaml',
  'config/deploy/daemon/kustomization.yaml',
  'config/deploy/helm-plugin/plugin.yaml',
  'docs/start/action.md',
  'docs/start/argocd-plugin.md',
  'docs/start/cli.md',
  'docs/start/daemon.md',
]

const named =
  /((?:newTag|version): |gitops-tortoise(?:-plugin)?[-:]|--version |GitOps Tortoise )\d+\.\d+\.\d+\b/g

/** The text of such a file with another version. Versions of other things stay. */
export const withVersion = (text: string, version: string): string =>
  text.replace(named, (_, before: string) => `${before}${version}`)
