import { type Attacks, cluster, denied, evilFile, ignored, settings, source } from './lay.ts'

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
    stops: /allow is an operator setting/,
  },
}
