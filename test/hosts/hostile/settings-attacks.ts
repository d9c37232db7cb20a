import { evil, type SettingsAttack } from './settings-ground.ts'

/** A kubeconfig whose user logs in by what is given, as JSON, which is YAML. */
const kubeconfig = (user: object): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: 'SERVER' } }],
    users: [{ name: 'u', user }],
  })
const execUser = (command: string) =>
  kubeconfig({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never' } })
const cmdPath = { 'cmd-path': 'HERE/outside/evil.sh', 'token-key': '{.t}', 'expiry-key': '{.e}' }

const source = 'sources: [{path: app}]\n'
const settings = (text: string) => ({ 'repository/tortoise.yaml': `${source}${text}\n` })
/** Settings with one cluster. */
const cluster = (text: string) => settings(`clusters: [{name: prod, ${text}}]`)
const evilFile = { 'outside/evil.sh': evil, 'repository/evil.sh': evil }
const operator = (text: string) => ({ 'outside/operator.yaml': `${text}\n` })
const secretFile = { 'outside/secret': 'canary-7f3a9c51\n' }
const operated = ['--operator-settings', 'HERE/outside/operator.yaml']
const denied = (name: string): RegExp =>
  new RegExp(
    `tortoise\\.yaml:\\d+:\\d+: ${name.replaceAll('.', '\\.')}[^\\n]* is an operator setting[\\s\\S]*Move it to[\\s\\S]*--allow-from-repository ${name}`,
  )
const ignored = (name: string): RegExp =>
  new RegExp(`warning: tortoise\\.yaml:\\d+:\\d+: ${name} is not used`)

type Attacks = Readonly<Record<string, SettingsAttack>>

/** Programs that a repository names, or brings in the place of the real ones. */
export const programAttacks: Attacks = {
  'a shell as kustomize': {
    files: { ...settings('programs: {kustomize: /bin/sh}'), 'repository/build': evil },
    args: ['trace', 'app'],
    warns: ignored('programs.kustomize'),
  },
  'a kubectl of its own': {
    files: { ...settings('programs: {kubectl: ./evil.sh, helm: HERE/repository/evil.sh}'), ...evilFile },
    args: ['trace', 'app'],
    warns: ignored('programs.kubectl'),
  },
  'a kustomize outside, which others may use': {
    files: { ...settings('programs: {kustomize: HERE/outside/evil.sh}'), ...evilFile },
    args: ['plan', '--snapshot', 'HERE/repository/none.json'],
    stops: /none\.json/,
  },
  'programs that the operator is said to allow': {
    files: { ...settings('programs: {kustomize: HERE/outside/evil.sh}'), ...evilFile },
    args: ['trace', 'app', '--allow-from-repository', 'programs'],
    stops: /programs cannot be allowed/,
  },
  'programs, allowed by the environment': {
    files: { ...settings('programs: {kustomize: HERE/outside/evil.sh}'), ...evilFile },
    args: ['trace', 'app'],
    env: { TORTOISE_ALLOW_FROM_REPOSITORY: 'programs.kustomize' },
    stops: /programs\.kustomize cannot be allowed/,
  },
  'a sandbox that is off': {
    files: settings('sandbox: off'),
    args: ['trace', 'app'],
    warns: ignored('sandbox'),
  },
  'a link that the operator names, into the repository': {
    files: { ...evilFile, ...operator('programs: {kustomize: kustomize}') },
    links: { 'outside/kustomize': '../repository/evil.sh' },
    args: ['trace', 'app', ...operated],
    stops: /programs\.kustomize in settings is .*inside the repository/,
  },
  'a kustomize in a directory of PATH': {
    files: { 'repository/bin/kustomize': evil, 'repository/bin/kubectl': evil },
    path: ['HERE/repository/bin'],
    args: ['trace', 'app'],
  },
  'a kustomize in a directory of PATH that is relative': {
    files: { 'repository/bin/kustomize': evil, 'repository/kustomize': evil },
    path: ['bin', '.', ''],
    args: ['trace', 'app'],
  },
  'a kustomize in a directory of PATH that is a link': {
    files: { 'repository/bin/kustomize': evil },
    links: { 'outside/bin': '../repository/bin' },
    path: ['HERE/outside/bin'],
    args: ['trace', 'app'],
  },
  'a kustomize that is a link in a directory of PATH': {
    files: { 'repository/evil.sh': evil, 'outside/bin/keep': '' },
    links: { 'outside/bin/kustomize': '../../repository/evil.sh' },
    path: ['HERE/outside/bin'],
    args: ['trace', 'app'],
  },
  'a sandbox of its own on PATH': {
    files: { 'repository/bin/bwrap': evil, 'repository/bin/unshare': evil, 'repository/bin/sh': evil },
    path: ['HERE/repository/bin'],
    args: ['trace', 'app'],
  },
}

/** Kubeconfigs, and the programs that their users run. */
export const kubeconfigAttacks: Attacks = {
  'a kubeconfig with a program': {
    files: {
      ...cluster('kubernetes: {kubeconfig: kc.yaml}, prometheus: {url: "SERVER", tokenEnv: GITHUB_TOKEN}'),
      'repository/kc.yaml': execUser('HERE/repository/evil.sh'),
      ...evilFile,
    },
    args: ['plan'],
    stops: denied('clusters.kubernetes.kubeconfig'),
  },
  'a kubeconfig inside it, although kubeconfigs are allowed': {
    files: {
      ...cluster('kubernetes: {kubeconfig: kc.yaml}'),
      'repository/kc.yaml': execUser('HERE/repository/evil.sh'),
      ...evilFile,
    },
    args: ['plan', '--allow-from-repository', 'clusters.kubernetes'],
    stops: /kubeconfig of cluster prod is a path inside the repository/,
  },
  'a kubeconfig inside it that the operator names': {
    files: {
      ...settings('clusters: [{name: prod}]'),
      ...operator(
        'kubernetes: {exec: true}\nclusters: [{name: prod, kubernetes: {kubeconfig: ../repository/kc.yaml}}]',
      ),
      'repository/kc.yaml': execUser('HERE/outside/evil.sh'),
      ...evilFile,
    },
    args: ['plan', ...operated],
    stops: /kubeconfig of cluster prod is a path inside the repository/,
  },
  'a kubeconfig through a link that the operator names': {
    files: {
      ...settings('clusters: [{name: prod}]'),
      ...operator('kubernetes: {exec: true}\nclusters: [{name: prod, kubernetes: {kubeconfig: kc.yaml}}]'),
      'repository/kc.yaml': execUser('HERE/outside/evil.sh'),
      ...evilFile,
    },
    links: { 'outside/kc.yaml': '../repository/kc.yaml' },
    args: ['plan', ...operated],
    stops: /kubeconfig of cluster prod is a path inside the repository/,
  },
  'a kubeconfig that KUBECONFIG names by a relative path': {
    files: {
      ...cluster('kubernetes: {}'),
      'repository/kc.yaml': execUser('HERE/repository/evil.sh'),
      ...evilFile,
    },
    args: ['plan'],
    env: { KUBECONFIG: 'kc.yaml' },
    stops: /kc\.yaml is inside the repository that is reviewed/,
  },
  'a kubeconfig in the list of KUBECONFIG': {
    files: {
      ...cluster('kubernetes: {}'),
      'outside/own.yaml': kubeconfig({}),
      'repository/kc.yaml': execUser('HERE/repository/evil.sh'),
      ...evilFile,
    },
    args: ['plan'],
    env: { KUBECONFIG: 'HERE/outside/own.yaml:HERE/repository/kc.yaml' },
    stops: /kc\.yaml is inside the repository that is reviewed/,
  },
  'the home directory': {
    files: {
      ...cluster('kubernetes: {}'),
      'repository/.kube/config': execUser('HERE/repository/evil.sh'),
      'repository/.config/gitops-tortoise/operator.yaml': 'kubernetes: {exec: true}\n',
      ...evilFile,
    },
    args: ['plan'],
    env: { HOME: 'HERE/repository' },
    stops: /\.kube\/config is inside the repository that is reviewed/,
  },
  'a setting that runs the program of the kubeconfig': {
    files: {
      ...settings('kubernetes: {exec: true}\nclusters: [{name: prod, kubernetes: {}}]'),
      'home/.kube/config': execUser('HERE/outside/evil.sh'),
      ...evilFile,
    },
    args: ['plan'],
    stops:
      /warning: tortoise\.yaml:2:20: kubernetes\.exec is not used[\s\S]*runs the program .*evil\.sh, which the operator settings do not allow/,
  },
  'a context with a program': {
    files: {
      ...cluster('kubernetes: {context: c}'),
      'home/.kube/config': execUser('HERE/outside/evil.sh'),
      ...evilFile,
    },
    args: ['snapshot', '--out', 'HERE/outside/out.json'],
    stops: denied('clusters.kubernetes.context'),
  },
  'a credential plugin on PATH': {
    files: {
      ...cluster('kubernetes: {}'),
      ...operator('kubernetes: {exec: true}'),
      'home/.kube/config': execUser('aws-login'),
      'repository/bin/aws-login': evil,
    },
    path: ['HERE/repository/bin', 'bin', '.'],
    args: ['plan', ...operated],
    stops: /credential plugin aws-login of the kubeconfig was not found/,
  },
  'a credential plugin in the current directory': {
    files: {
      ...cluster('kubernetes: {}'),
      ...operator('kubernetes: {exec: true}'),
      'home/.kube/config': execUser('./evil.sh'),
      ...evilFile,
    },
    args: ['plan', ...operated],
    stops: /credential plugin \.\/evil\.sh of the kubeconfig was not found/,
  },
  'a credential plugin by its whole path': {
    files: {
      ...cluster('kubernetes: {}'),
      ...operator('kubernetes: {exec: true}'),
      'home/.kube/config': execUser('HERE/repository/evil.sh'),
      ...evilFile,
    },
    args: ['plan', ...operated],
    stops: /credential plugin .*evil\.sh of the kubeconfig was not found/,
  },
  'a provider that runs a shell': {
    files: {
      ...cluster('kubernetes: {}'),
      ...operator('kubernetes: {exec: true}'),
      'home/.kube/config': kubeconfig({ 'auth-provider': { name: 'gcp', config: cmdPath } }),
      ...evilFile,
    },
    args: ['plan', ...operated],
    stops: /auth-provider, which is not supported/,
  },
  'a provider with a program inside': {
    files: {
      ...cluster('kubernetes: {}'),
      'home/.kube/config': kubeconfig({
        'auth-provider': { name: 'x', config: { exec: { command: 'HERE/outside/evil.sh' } } },
      }),
      ...evilFile,
    },
    args: ['plan'],
    stops: /auth-provider, which is not supported/,
  },
  'kinds by which Secrets would be listed': {
    files: {
      ...cluster('kubernetes: {kinds: [{apiVersion: v1, kind: Secret, plural: secrets}]}'),
      'home/.kube/config': kubeconfig({}),
    },
    args: ['plan'],
    stops: denied('clusters.kubernetes.kinds'),
  },
}

const stolen = 'prometheus: {url: "SERVER", tokenEnv: GITHUB_TOKEN}'
const ownServer = 'clusters: [{name: prod, prometheus: {url: "SERVER"}}]'

/** Servers of the repository's choice, and secrets of the operator. */
export const secretAttacks: Attacks = {
  'a token to a server of its choice': {
    files: cluster(stolen),
    args: ['plan'],
    stops: denied('clusters.prometheus.tokenEnv'),
  },
  'a token by doctor': {
    files: cluster(stolen),
    args: ['doctor', '--fix-hints'],
    stops: /Fix \d errors before the first run/,
  },
  'a token by snapshot': {
    files: cluster(stolen),
    args: ['snapshot', '--out', 'HERE/outside/out.json'],
    stops: denied('clusters.prometheus.url'),
  },
  'a token by backtest': {
    files: cluster(stolen),
    args: ['backtest'],
    stops: denied('clusters.prometheus.url'),
  },
  'a token by the daemon': {
    files: { ...cluster(stolen), 'repository/state/keep': '' },
    args: ['serve', '--once', '--repo', '.', '--state', 'HERE/outside/state'],
    stops: denied('clusters.prometheus.url'),
  },
  'another variable to the server of the operator': {
    files: { ...cluster('prometheus: {tokenEnv: DATABASE_PASSWORD}'), ...operator(ownServer) },
    args: ['plan', ...operated],
    stops: denied('clusters.prometheus.tokenEnv'),
  },
  'another variable to the server of a flag': {
    files: cluster('prometheus: {url: "http://other", tokenEnv: DATABASE_PASSWORD}'),
    args: ['plan', '--prometheus', 'SERVER'],
    stops: denied('clusters.prometheus.tokenEnv'),
  },
  'its own server for the token of the operator': {
    files: {
      ...cluster('prometheus: {url: "SERVER"}'),
      ...operator(
        'allow: [clusters.prometheus.url]\nclusters: [{name: prod, prometheus: {tokenEnv: GITHUB_TOKEN}}]',
      ),
    },
    args: ['plan', ...operated],
    stops: /A server and its credentials must come from one file/,
  },
  'a password to its server': {
    files: cluster('prometheus: {url: "SERVER", basic: {username: a, passwordEnv: DATABASE_PASSWORD}}'),
    args: ['plan', '--allow-from-repository', 'clusters.prometheus.url'],
    stops: denied('clusters.prometheus.basic.passwordEnv'),
  },
  'a file as a token': {
    files: { ...cluster('prometheus: {url: "SERVER", tokenFile: ../outside/secret}'), ...secretFile },
    args: ['plan'],
    stops: denied('clusters.prometheus.tokenFile'),
  },
  'a file as a certificate': {
    files: { ...cluster('prometheus: {url: "SERVER", tls: {caFile: ../outside/secret}}'), ...secretFile },
    args: ['plan'],
    stops: denied('clusters.prometheus.tls.caFile'),
  },
  'an authority inside it that the operator names': {
    files: {
      ...settings('clusters: [{name: prod}]'),
      ...operator(
        'clusters: [{name: prod, prometheus: {url: "https://x.invalid", tls: {caFile: HERE/repository/ca.pem}}}]',
      ),
      'repository/ca.pem': 'x',
    },
    args: ['plan', ...operated],
    stops: /caFile of cluster prod is a path inside the repository/,
  },
  'headers to the server of the operator': {
    files: { ...cluster('prometheus: {headers: {X-Scope-OrgID: other}}'), ...operator(ownServer) },
    args: ['plan', ...operated],
    stops: denied('clusters.prometheus.headers'),
  },
  'a login of a cloud, by an empty mapping': {
    files: { ...cluster('prometheus: {google: {}}'), ...operator(ownServer) },
    args: ['plan', ...operated],
    stops: denied('clusters.prometheus.google'),
  },
  'signatures with the keys of the runner': {
    files: cluster('prometheus: {url: "SERVER", sigv4: {region: eu-west-1}}'),
    args: ['plan'],
    stops: denied('clusters.prometheus.sigv4.region'),
  },
  'a remote that gets the token for pushes': {
    files: settings('deliver: {remote: {url: "SERVER/x.git"}}'),
    args: ['run', '--snapshot', 'HERE/outside/none.json'],
    stops: denied('deliver.remote.url'),
  },
  'an API of GitHub that gets its token': {
    files: settings('deliver: {mode: pull-request, github: {repository: a/b, apiUrl: "SERVER"}}'),
    args: ['run', '--snapshot', 'HERE/outside/none.json'],
    stops: denied('deliver.github.apiUrl'),
  },
  'a forge that gets the token for pushes': {
    files: settings('deliver: {mode: pull-request, forge: {kind: gitea, url: "SERVER"}}'),
    args: ['run', '--snapshot', 'HERE/outside/none.json'],
    stops: denied('deliver.forge.url'),
  },
  'a remote of the daemon': {
    files: settings('deliver: {base: main, remote: {url: "SERVER/x.git"}}'),
    args: ['serve', '--once', '--state', 'HERE/outside/state'],
    stops: denied('deliver.remote.url'),
  },
  'a Lease of its choice': {
    files: {
      ...settings('serve: {leaderElection: {namespace: kube-system, name: other}}'),
      'home/.kube/config': kubeconfig({}),
    },
    args: ['serve', '--repo', '.', '--state', 'HERE/outside/state', '--listen', '127.0.0.1:0'],
    stops: denied('serve.leaderElection.namespace'),
  },
  'a file as a key that signs': {
    files: { ...settings('deliver: {commits: {signing: {keyFile: ../outside/secret}}}'), ...secretFile },
    args: ['run', '--snapshot', 'HERE/outside/none.json'],
    stops: denied('deliver.commits.signing.keyFile'),
  },
  'a file as the key of an app': {
    files: {
      ...settings('deliver: {github: {repository: a/b, app: {id: 1, keyFile: ../outside/secret}}}'),
      ...secretFile,
    },
    args: ['run', '--snapshot', 'HERE/outside/none.json'],
    stops: denied('deliver.github.app.keyFile'),
  },
  'a file as recorded usage': {
    files: { ...cluster('usage: [snapshot], snapshot: ../outside/secret'), ...secretFile },
    args: ['plan'],
    stops: denied('clusters.snapshot'),
  },
  'a directory for samples': {
    files: cluster('usage: [metrics-server], samples: ../outside/samples'),
    args: ['plan'],
    stops: denied('clusters.samples'),
  },
  'a secret in a URL that is then printed': {
    files: cluster('prometheus: {url: "http://a:canary-7f3a9c51@x.invalid"}'),
    args: ['plan'],
    stops: denied('clusters.prometheus.url'),
  },
}

/** Repository settings whose values are meant for another language: paths of an API, queries, names of refs, headers of commits. */
export const valueAttacks: Attacks = {
  'a namespace that leads to Secrets': {
    files: cluster('kubernetes: {namespaces: ["x/../../../../api/v1/secrets?a="]}'),
    args: ['plan'],
    stops: /namespaces\.0: must be the name of a namespace/,
  },
  'a label that ends the selector': {
    files: { ...cluster(`prometheus: {labels: {'a="b"} or up #': x}}`), ...operator(ownServer) },
    args: ['plan', ...operated],
    stops: /labels/,
  },
  'a branch that leads to main': {
    files: settings('deliver: {branch: "tortoise/../main"}'),
    args: ['run', '--snapshot', 'HERE/outside/none.json'],
    stops: /deliver\.branch: must be the name of a branch/,
  },
  'a base that leads out of the refs': {
    files: settings('deliver: {base: "../../config"}'),
    args: ['run', '--snapshot', 'HERE/outside/none.json'],
    stops: /deliver\.base: must be the name of a branch/,
  },
  'an author with a header of a commit': {
    files: settings('deliver: {author: {name: "a\\nparent 0000000000000000000000000000000000000000"}}'),
    args: ['run', '--snapshot', 'HERE/outside/none.json'],
    stops: /deliver\.author\.name: must be one line/,
  },
  'an address that ends early': {
    files: settings('deliver: {author: {email: "a@b> 0 +0000"}}'),
    args: ['run', '--snapshot', 'HERE/outside/none.json'],
    stops: /deliver\.author\.email: must not have/,
  },
}

/** YAML that two readers could read in two ways. */
export const yamlAttacks: Attacks = {
  'an alias of a server': {
    files: {
      'repository/tortoise.yaml':
        'sources: [{path: app, cluster: other}]\nclusters:\n- {name: prod, prometheus: &p {url: "SERVER"}}\n- {name: other, prometheus: *p}\n',
    },
    args: ['plan', '--cluster', 'other'],
    stops: denied('clusters.prometheus.url'),
  },
  'a merge key': {
    files: settings('clusters:\n- &a {name: prod, prometheus: {url: "SERVER"}}\n- {<<: *a, name: other}'),
    args: ['trace', 'app'],
    stops: /unknown setting clusters\.1\.<</,
  },
  'a merge key of YAML 1.1': {
    files: {
      'repository/tortoise.yaml': `%YAML 1.1\n---\nsources: [{path: app, cluster: other}]\nclusters:\n- &a {name: prod, prometheus: {url: "SERVER"}}\n- {<<: *a, name: other}\n`,
    },
    args: ['plan', '--cluster', 'other'],
    stops: denied('clusters.prometheus.url'),
  },
  'a key twice': {
    files: settings('programs: {}\nprograms: {kustomize: HERE/outside/evil.sh}'),
    args: ['trace', 'app'],
    stops: /tortoise\.yaml:3:1: .*[Mm]ap keys must be unique/,
  },
  'a key twice in a cluster': {
    files: cluster('prometheus: {labels: {}}, prometheus: {url: "SERVER"}'),
    args: ['plan'],
    stops: /[Mm]ap keys must be unique/,
  },
  'the prototype of objects': {
    files: settings('__proto__: {programs: {kustomize: HERE/outside/evil.sh}, sandbox: off}'),
    args: ['trace', 'app'],
    stops: /unknown setting __proto__/,
  },
  'a constructor': {
    files: settings('constructor: {prototype: {sandbox: off}}'),
    args: ['trace', 'app'],
    stops: /unknown setting constructor/,
  },
  'an ordered map': {
    files: {
      'repository/tortoise.yaml': `%YAML 1.1\n---\n${source}programs: !!omap [kustomize: HERE/outside/evil.sh]\n`,
      ...evilFile,
    },
    args: ['trace', 'app'],
  },
  'a second document': {
    files: { ...settings('---\nprograms: {kustomize: HERE/outside/evil.sh}\nsandbox: off'), ...evilFile },
    args: ['trace', 'app'],
  },
  'clusters as a mapping': {
    files: settings('clusters: {"0": {name: prod, prometheus: {url: "SERVER"}}}'),
    args: ['plan'],
    stops: /tortoise\.yaml:2:11: clusters: .*expected array/,
  },
  'an escaped key': {
    files: { ...settings('"\\u0070rograms": {"kustom\\x69ze": HERE/outside/evil.sh}'), ...evilFile },
    args: ['trace', 'app'],
    warns: ignored('programs.kustomize'),
  },
  'a text in the place of a server': {
    files: cluster('prometheus: "SERVER"'),
    args: ['plan'],
    stops: /clusters\.0\.prometheus: .*expected object/,
  },
  'a name that is a dotted path': {
    files: settings('"clusters.prometheus.url": "SERVER"'),
    args: ['plan'],
    stops: /unknown setting clusters\.prometheus\.url/,
  },
  'permission for itself': {
    files: settings(
      'allow: [clusters.prometheus.url]\nclusters: [{name: prod, prometheus: {url: "SERVER"}}]',
    ),
    args: ['plan'],
    stops: /unknown setting allow/,
  },
}

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
    stops: /unknown setting sources/,
  },
}
