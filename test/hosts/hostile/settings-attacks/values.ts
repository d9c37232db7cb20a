import { type Attacks, cluster, operated, operator, ownServer, settings } from './lay.ts'

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
