import { mountView } from '../io/mount-view.ts'
import { ExpectedStop } from '../model/problem.ts'
import type { GitReference, MountedStore, StoredFiles, WantedChart } from '../model/store.ts'
import { storeMount } from '../model/store.ts'
import { fetchChart } from './charts.ts'
import { fetchTree } from './git-trees.ts'
import { readIndex } from './http-chart.ts'
import { onceEach } from './once.ts'
import { fetchFile } from './remote-files.ts'
import type { Fetched, OpenedPorts, StorePorts } from './store-ports.ts'
import { type StoredViews, storeView } from './store-view.ts'

/** Opens a store. Each reference is fetched at most once by it, also where that fails. */
export function openStore(given: StorePorts): MountedStore {
  const ports: OpenedPorts = { ...given, index: onceEach((url) => readIndex(url, given.transport)) }
  const stored: StoredViews = new Map()
  const titles = new Map<string, string>()
  const known = new Map<string, Promise<StoredFiles>>()
  const view = storeView(stored)
  const once = (key: readonly unknown[], fetch: () => Promise<Fetched>): Promise<StoredFiles> => {
    const name = JSON.stringify(key)
    const answer = known.get(name) ?? fetch().then(keep)
    known.set(name, answer)
    return answer
  }
  /** What a range leads to now; `undefined` where that cannot be found out. */
  const versionOf = async (chart: WantedChart): Promise<string | undefined> => {
    try {
      return (await once(['chart', chart], () => fetchChart(chart, ports))).version
    } catch (error) {
      if (error instanceof ExpectedStop) return undefined
      throw error
    }
  }
  const used = new Set<string>()
  const use = (files: StoredFiles, why = ''): StoredFiles => {
    used.add(`${files.title}${why}`)
    return files
  }
  const keep = ({ directory, view: own, files }: Fetched): StoredFiles => {
    stored.set(directory, own)
    titles.set(directory, files.title)
    return files
  }
  return {
    chart: async ({ declared, ...chart }: WantedChart) => {
      const files = await once(['chart', chart], () => fetchChart(chart, ports))
      if (declared === undefined) return use(files, choiceOf(chart))
      const newest = await versionOf({ repository: chart.repository, name: chart.name, ...declared })
      return use(files, deployedNote(files.version, declared, newest))
    },
    tree: async (tree: GitReference) => use(await once(['tree', tree], () => fetchTree(tree, ports))),
    file: async (url) => use(await once(['file', url], () => fetchFile(url, ports))),
    used: () => [...used].sort(),
    refused: given.transport.allow.refused,
    mount: (base) => mountView(base, storeMount, view),
    shown: (text) =>
      text.replace(mounted, (path: string, directory: string, inside?: string) => {
        const title = titles.get(directory)
        if (title === undefined) return path
        return inside === undefined || inside === '' ? title : `${title}: ${inside}`
      }),
  }
}

/** A path of the mount in a text: the directory of the fetched files, and the path in it. */
const mounted = /\.tortoise-store\/([\w-]+)(?:\/([^\s:,;'"`()]*))?/g

/** That a version is deployed, and where what Git says leads to another one by now. */
function deployedNote(
  version: string,
  { version: written, artifact }: Pick<WantedChart, 'version' | 'artifact'>,
  newest: string | undefined,
): string {
  const range = written ?? artifact?.semver ?? artifact?.tag
  const isSame = newest === undefined || newest.replace(/^v/, '') === version.replace(/^v/, '')
  if (isSame) return ', which is deployed'
  return `, which is deployed; ${range === undefined ? 'the newest version' : `${range} in Git`} is ${newest} now`
}

/** Why a version was taken. */
function choiceOf({ version, artifact }: WantedChart): string {
  const range = artifact === undefined ? version : artifact.semver
  if (range === undefined) return artifact === undefined ? ', the newest version' : ''
  return /^v?\d+\.\d+\.\d+/.test(range) ? '' : `, the newest version in ${range}`
}
