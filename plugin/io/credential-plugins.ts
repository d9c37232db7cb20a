import { isAbsolute, resolve } from 'node:path'
import { stop } from '../model/problem.ts'
import { withLentVariables } from './environment.ts'
import { isExecutable, searchIn } from './program-search.ts'
import { leadsInto, searchDirectories } from './reviewed-path.ts'

interface PluginSearch {
  readonly path: string
  readonly repository: string | undefined
  /** Directory of the kubeconfig, which relative commands start from. */
  readonly directory: string
}

/** Finds credential plugins outside the repository, and lends them the variables that were taken from the environment. */
export const credentialPlugins = ({ path, repository, directory }: PluginSearch) => ({
  find: async (command: string): Promise<string> => {
    const found = command.includes('/')
      ? await ownFile(isAbsolute(command) ? command : resolve(directory, command), repository)
      : await searchIn(searchDirectories(path, repository), command, repository)
    if (found !== undefined) return found
    throw stop('program.missing', `the credential plugin ${command} of the kubeconfig was not found`, {
      hint: 'Install it on PATH, outside the repository.',
    })
  },
  lend: withLentVariables,
})

async function ownFile(file: string, repository: string | undefined): Promise<string | undefined> {
  const isReviewed = repository !== undefined && leadsInto(repository, file)
  return !isReviewed && (await isExecutable(file)) ? file : undefined
}
