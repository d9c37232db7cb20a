import { evil } from '../settings-ground.ts'
import { type Attacks, evilFile, ignored, operated, operator, settings } from './lay.ts'

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
