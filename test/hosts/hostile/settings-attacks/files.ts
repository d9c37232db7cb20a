import { type Attacks, evilFile, operated, operator, ownServer, secretFile, settings, source } from './lay.ts'

const trusting = `${source}clusters: [{name: prod, prometheus: {url: "SERVER", tokenEnv: GITHUB_TOKEN}}]\n`

/** Settings files in places where another reader would trust them. */
export const fileAttacks: Attacks = {
  'settings that are a link to a file outside': {
    files: { 'outside/settings.yaml': trusting },
    links: { 'repository/tortoise.yaml': '../outside/settings.yaml' },
    args: ['plan'],
    stops: /settings file is a link that leads outside the repository/,
  },
  'settings that are a link to a secret': {
    files: secretFile,
    links: { 'repository/tortoise.yaml': '../outside/secret' },
    args: ['trace', 'app'],
    stops: /settings file is a link that leads outside the repository/,
  },
  'settings that are a directory': {
    files: { 'repository/tortoise.yaml/keep': '' },
    args: ['trace', 'app'],
    stops: /the settings file is not a file/,
  },
  'other settings inside it that a flag names': {
    files: { 'repository/ci/settings.yaml': trusting },
    args: ['plan', '--settings', 'ci/settings.yaml'],
    stops: /ci\/settings\.yaml:2:\d+: clusters\.prometheus\.url[^\n]* is an operator setting/,
  },
  'settings inside it that a link outside names': {
    files: { 'repository/settings.yaml': trusting },
    links: { 'outside/settings.yaml': '../repository/settings.yaml' },
    args: ['plan', '--settings', 'HERE/outside/settings.yaml'],
    stops: /clusters\.prometheus\.url[^\n]* is an operator setting/,
  },
  'a directory of settings that is a link': {
    files: { 'outside/ci/settings.yaml': trusting },
    links: { 'repository/ci': '../outside/ci' },
    args: ['plan', '--settings', 'ci/settings.yaml'],
    stops: /leads outside the repository/,
  },
  'operator settings inside it that a flag names': {
    files: { 'repository/operator.yaml': ownServer },
    args: ['plan', '--operator-settings', 'operator.yaml'],
    stops: /operator settings operator\.yaml are inside the repository/,
  },
  'operator settings inside it that a link names': {
    files: { 'repository/operator.yaml': ownServer },
    links: { 'outside/operator.yaml': '../repository/operator.yaml' },
    args: ['plan', ...operated],
    stops: /operator\.yaml are inside the repository/,
  },
  'operator settings inside it that the environment names': {
    files: { 'repository/operator.yaml': ownServer },
    args: ['trace', 'app'],
    env: { TORTOISE_OPERATOR_SETTINGS: './operator.yaml' },
    stops: /operator settings \.\/operator\.yaml are inside the repository/,
  },
  'the configuration of the user': {
    files: {
      ...settings('clusters: [{name: prod}]'),
      'repository/gitops-tortoise/operator.yaml': `${ownServer}\nprograms: {kustomize: HERE/outside/evil.sh}\n`,
      ...evilFile,
    },
    args: ['trace', 'app'],
    env: { XDG_CONFIG_HOME: 'HERE/repository' },
    warns: /operator\.yaml is not used: it is inside the repository/,
  },
  'a configuration of the user that is relative': {
    files: {
      'repository/cfg/gitops-tortoise/operator.yaml': 'programs: {kustomize: HERE/outside/evil.sh}\n',
      ...evilFile,
    },
    args: ['trace', 'app'],
    env: { XDG_CONFIG_HOME: 'cfg' },
  },
  'a configuration of the user that is a link into it': {
    files: {
      'repository/operator.yaml': 'programs: {kustomize: HERE/outside/evil.sh}\n',
      'home/.config/gitops-tortoise/keep': '',
      ...evilFile,
    },
    links: { 'home/.config/gitops-tortoise/operator.yaml': '../../../repository/operator.yaml' },
    args: ['render', 'app'],
    warns: /operator\.yaml is not used: it is inside the repository/,
  },
  'operator settings that name the repository itself': {
    files: { ...settings(''), ...operator('sources: [{path: /etc}]') },
    args: ['trace', 'app', ...operated],
    stops: /sources is a repository setting/,
  },
}
