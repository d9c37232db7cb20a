import type { ParameterReader, ParameterTable } from '../parameters.ts'
import type { DirectoryOptions } from './text.ts'

/** The plugin parameters of an Application that applies a directory: those of Argo CD's own directory source. */
export const directoryParameters = {
  'directory-recurse': { title: 'Recurse', tooltip: 'true or false', shape: 'string', usual: 'false' },
  'directory-include': { title: 'Include', tooltip: 'Glob of the files to read', shape: 'string' },
  'directory-exclude': { title: 'Exclude', tooltip: 'Glob of the files to skip', shape: 'string' },
} as const satisfies ParameterTable

/** Which files of the directory an Application reads. */
export function directoryOptions(parameters: ParameterReader): DirectoryOptions {
  const [include, exclude] = [parameters.text('directory-include'), parameters.text('directory-exclude')]
  return {
    recurse: parameters.flag('directory-recurse'),
    ...(include === undefined ? {} : { include }),
    ...(exclude === undefined ? {} : { exclude }),
  }
}
