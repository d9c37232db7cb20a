import { runConfined } from '../../plugin/io/confined.ts'
import { helmHomes, isolatedEnvironment } from '../../plugin/io/isolated-environment.ts'
import { stop } from '../../plugin/model/problem.ts'
import type { RenderOptions } from '../../plugin/model/renderer.ts'
import type { InputFile, RepositoryView } from '../../plugin/model/source.ts'
import type { RendererPorts } from '../ports.ts'
import { inputContents, limitsOf, outputOf } from '../ports.ts'
import { isParameterName } from './assignments.ts'
import { inputsToTemplate } from './inputs.ts'
import { mustSkipSchemas } from './schema-references.ts'
import type { HelmSource } from './source.ts'

/** Options of `helm template` beside the source. */
export interface TemplateOptions extends RenderOptions {
  /** Print the objects of `crds/` too. */
  readonly crds?: boolean
  /** Print test hooks too. */
  readonly tests?: boolean
  /** Skip the check against the chart's schema. */
  readonly unchecked?: boolean
  /** `name=value` pairs whose values are texts. */
  readonly texts?: readonly string[]
  /** Names with the files (paths in the repository) that hold their values. */
  readonly files?: readonly (readonly [name: string, file: string])[]
}

interface Template {
  readonly view: RepositoryView
  readonly options: TemplateOptions
}

/**
 * What `helm template` prints for a release, byte for byte. Rejects with `source.render` when Helm fails, or when a name
 * cannot be one of a release or namespace.
 */
export async function templateChart(
  source: HelmSource,
  { view, options }: Template,
  ports: RendererPorts,
): Promise<string> {
  checkNames(source)
  const given = withParameters(options, source)
  const { file } = await ports.programs.find('helm')
  const inputs = await inputContents(view, [
    ...(await inputsToTemplate(source, view, ports)),
    ...parameterFiles(options),
  ])
  const inline = inlineFiles(source, options)
  const values = inline.map(({ path }) => path)
  const unchecked = mustSkipSchemas(inputs) || options.unchecked === true
  const files = [...inputs, ...inline]
  const outcome = await runConfined(
    {
      files,
      programs: [{ name: 'helm', file }],
      args: () => templateArguments(source, values, { ...given, unchecked }),
      env: (paths) => ({ ...isolatedEnvironment(paths), ...helmHomes(paths) }),
      ...limitsOf(source, ports, options),
    },
    await ports.programs.sandbox([file]),
  )
  return outputOf(source, outcome, { files, options })
}

/** The options with the parameters that the source has itself. */
const withParameters = (
  options: TemplateOptions,
  { textParameters = [], fileParameters = [] }: HelmSource,
): TemplateOptions => ({
  ...options,
  texts: [...textParameters, ...(options.texts ?? [])],
  files: [...fileParameters, ...(options.files ?? [])],
})

const parameterFiles = ({ files = [] }: TemplateOptions): readonly InputFile[] =>
  files.map(([, path]) => ({ path, at: path, role: 'other', topLayer: false }))

/**
 * Names reach a command line, so they must be names by the rules of Kubernetes and Helm, never flags; and Helm splits the
 * paths of values files at commas.
 */
function checkNames({ release, namespace, path, values, fileParameters = [] }: HelmSource): void {
  const split = values.find((file) => file.includes(','))
  if (split !== undefined) {
    throw stop('source.render', 'a comma in the path of a values file makes Helm read two files', {
      place: { file: split },
      hint: 'Rename the file or its directory.',
    })
  }
  const odd = fileParameters.find(([name, file]) => !isParameterName(name) || file.includes(','))
  if (odd !== undefined) {
    throw stop('source.render', `Helm cannot read ${JSON.stringify(odd.join('='))} as one parameter`, {
      place: { file: path },
      hint: 'Use a name and a path without commas and equals signs.',
    })
  }
  if (release.length > 53 || !nameRule.test(release)) {
    throw stop('source.render', `${release} is not a valid name of a Helm release`, {
      place: { file: path },
      hint: 'Set release: to lower-case letters, digits and dashes, 53 characters at most.',
    })
  }
  if (namespace !== undefined && !nameRule.test(namespace)) {
    throw stop('source.render', `${namespace} is not a valid name of a namespace`, { place: { file: path } })
  }
}

const nameRule = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/

/** Values that are in no file of the repository, as files of the workspace. */
function inlineFiles(
  { inlineValues = [] }: HelmSource,
  { extraValues }: RenderOptions,
): readonly { path: string; content: string }[] {
  const texts = extraValues === undefined ? inlineValues : [...inlineValues, extraValues]
  return texts.map((content, index) => ({ path: `tortoise-values-${index}.yaml`, content }))
}

/** All values files, weakest first. */
function inOrder(
  { values, filesBeforeInline = [] }: HelmSource,
  inline: readonly string[],
): readonly string[] {
  const before = (index: number): number => filesBeforeInline[index] ?? values.length
  const at = (count: number): readonly string[] => inline.filter((_, index) => before(index) === count)
  return [...at(0), ...values.flatMap((file, index) => [file, ...at(index + 1)])]
}

function templateArguments(
  source: HelmSource,
  inline: readonly string[],
  options: TemplateOptions,
): readonly string[] {
  const flag = (name: string, given: unknown): readonly string[] => (given === true ? [`--${name}`] : [])
  return [
    'template',
    source.release,
    `./${source.path}`,
    ...flag('skip-tests', options.tests !== true),
    ...flag('include-crds', options.crds),
    ...flag('skip-schema-validation', options.marked === true || options.unchecked === true),
    ...(source.namespace === undefined ? [] : [`--namespace=${source.namespace}`]),
    ...inOrder(source, inline).map((file) => `--values=./${file}`),
    ...(source.parameters ?? []).map((pair) => `--set=${pair}`),
    ...(options.texts ?? []).map((pair) => `--set-string=${pair}`),
    ...(options.files ?? []).map(([name, file]) => `--set-file=${name}=./${file}`),
    ...(source.kubeVersion === undefined ? [] : [`--kube-version=${source.kubeVersion}`]),
    ...(source.apiVersions ?? []).map((version) => `--api-versions=${version}`),
  ]
}
