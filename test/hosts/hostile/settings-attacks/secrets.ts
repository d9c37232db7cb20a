import {
  type Attacks,
  cluster,
  denied,
  kubeconfig,
  operated,
  operator,
  ownServer,
  secretFile,
  settings,
} from './lay.ts'

const stolen = 'prometheus: {url: "SERVER", tokenEnv: GITHUB_TOKEN}'

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
