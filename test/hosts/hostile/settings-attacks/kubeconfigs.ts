import { evil } from '../settings-ground.ts'
import {
  type Attacks,
  cluster,
  cmdPath,
  denied,
  evilFile,
  execUser,
  kubeconfig,
  operated,
  operator,
  settings,
} from './lay.ts'

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
