import type { Confined, ConfinedPaths } from '../../plugin/io/confined.ts'
import { helmHomes } from '../../plugin/io/isolated-environment.ts'

/** The name of the script that kustomize runs in place of Helm. */
export const helmScript = 'helm-for-kustomize'

/**
 * A script in place of Helm. It prints a version that kustomize accepts: kustomize refuses Helm 4 because of its version
 * alone, and the calls it makes are the same (https://github.com/kubernetes-sigs/kustomize/issues/5998). It runs
 * `helm template` alone, with no other arguments than kustomize makes of a chart in the tree, and sets Helm's directories
 * itself: kustomize takes the configuration from `helmGlobals.configHome`, which may hold plugins.
 */
export const helmForKustomize = (skipSchemas: boolean): NonNullable<Confined['script']> => ({
  name: helmScript,
  text: (paths) => `#!/bin/sh
refuse() { echo "helm is not run with $1: rendering uses charts of the repository alone" >&2; exit 1; }
inside() {
  case "$1" in
    *,*|*/../*|*/..) refuse "$1" ;;
    ${quoted(paths.tree)}/*|${quoted(paths.home)}/*) ;;
    *) refuse "$1" ;;
  esac
}
[ "$1" = version ] && { echo v3.19.0; exit 0; }
[ "$1" = template ] || refuse "$1"
next=verb
for argument in "$@"; do
  case "$next" in
    verb) next=release ;;
    release)
      case "$argument" in
        --generate-name) ;;
        -*|*[!A-Za-z0-9._-]*) refuse "$argument" ;;
      esac
      next=chart ;;
    chart|file) inside "$argument"; next=option ;;
    text) next=option ;;
    name)
      # Helm runs a template of a name with all its functions: one of them asks DNS.
      case "$argument" in *'{{'*) refuse "$argument" ;; esac
      next=option ;;
    option)
      case "$argument" in
        -f|--values) next=file ;;
        --name-template) next=name ;;
        --namespace|--api-versions|--kube-version) next=text ;;
        --include-crds|--skip-tests|--no-hooks|--debug) ;;
        *) refuse "$argument" ;;
      esac ;;
  esac
done
${exportsOf(paths)}
exec ${quoted(paths.program('helm'))} "$@"${skipSchemas ? ' --skip-schema-validation' : ''}
`,
})

const exportsOf = (paths: ConfinedPaths): string =>
  Object.entries(helmHomes(paths))
    .map(([name, value]) => `export ${name}=${quoted(value)}`)
    .join('\n')

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
