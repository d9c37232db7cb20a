import { evil, type SettingsAttack } from '../settings-ground.ts'

/** A kubeconfig whose user logs in by what is given, as JSON, which is YAML. */
export const kubeconfig = (user: object): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: 'SERVER' } }],
    users: [{ name: 'u', user }],
  })
/** A kubeconfig whose user runs a credential plugin. */
export const execUser = (command: string) =>
  kubeconfig({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never' } })
/** An auth-provider that runs a program. */
export const cmdPath = { 'cmd-path': 'HERE/outside/evil.sh', 'token-key': '{.t}', 'expiry-key': '{.e}' }

/** The line of settings that names the source. */
export const source = 'sources: [{path: app}]\n'
/** Settings of the repository. */
export const settings = (text: string) => ({ 'repository/tortoise.yaml': `${source}${text}\n` })
/** Settings with one cluster. */
export const cluster = (text: string) => settings(`clusters: [{name: prod, ${text}}]`)
/** The program that leaves a mark, outside and inside the repository. */
export const evilFile = { 'outside/evil.sh': evil, 'repository/evil.sh': evil }
/** Operator settings. */
export const operator = (text: string) => ({ 'outside/operator.yaml': `${text}\n` })
/** A secret in a file of the operator. */
export const secretFile = { 'outside/secret': 'canary-7f3a9c51\n' }
/** The flag that names the operator settings. */
export const operated = ['--operator-settings', 'HERE/outside/operator.yaml']
/** The refusal of an operator setting. */
export const denied = (name: string): RegExp =>
  new RegExp(
    `tortoise\\.yaml:\\d+:\\d+: ${name.replaceAll('.', '\\.')}[^\\n]* is an operator setting[\\s\\S]*Move it to[\\s\\S]*--allow-from-repository ${name}`,
  )
/** The warning about an operator setting that no repository may set. */
export const ignored = (name: string): RegExp =>
  new RegExp(`warning: tortoise\\.yaml:\\d+:\\d+: ${name} is not used`)

/** A cluster whose usage is on a server of the repository's choice. */
export const ownServer = 'clusters: [{name: prod, prometheus: {url: "SERVER"}}]'

/** Attacks by name. */
export type Attacks = Readonly<Record<string, SettingsAttack>>
