import { runProgram } from '../../plugin/io/process.ts'
import { withWorkspace } from '../../plugin/io/workspace.ts'
import type { KustomizeSource, Renderer, RepositoryView } from '../../plugin/model/source.ts'
import { readObjects } from '../../plugin/yaml/objects.ts'
import type { RendererPorts } from '../ports.ts'
import { boundsOf, inputContents, isolated, outputOf } from '../ports.ts'
import { kustomizeInputs } from './inputs.ts'

/** Renders with `kustomize build`, or `kubectl kustomize` where only kubectl exists; no plugins, no functions, no remote bases' credentials. */
export function kustomizeRenderer(ports: RendererPorts): Renderer<KustomizeSource> {
  return {
    inputs: kustomizeInputs,
    render: async (source, view) => ({
      source,
      objects: readObjects(source.path, await buildKustomization(source, view, ports)),
    }),
  }
}

/** What the bare program prints for a kustomization, byte for byte. */
export async function buildKustomization(
  source: KustomizeSource,
  view: RepositoryView,
  ports: RendererPorts,
): Promise<string> {
  const program = await ports.programs.find('kustomize', 'kubectl')
  const files = await inputContents(view, await kustomizeInputs(source, view))
  const verb = program.name === 'kustomize' ? 'build' : 'kustomize'
  return withWorkspace(files, async (directory) => {
    const outcome = await runProgram({
      file: program.file,
      args: [verb, `./${source.path}`],
      cwd: directory,
      env: isolated(directory),
      ...boundsOf(ports),
    })
    return outputOf(source, outcome, directory)
  })
}
