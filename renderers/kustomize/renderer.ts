import { runProgram } from '../../plugin/io/process.ts'
import { withWorkspace } from '../../plugin/io/workspace.ts'
import type { KustomizeSource, Renderer } from '../../plugin/model/source.ts'
import { readObjects } from '../../plugin/yaml/objects.ts'
import type { RendererPorts } from '../ports.ts'
import { inputContents, isolated, outputOf } from '../ports.ts'
import { kustomizeInputs } from './inputs.ts'

/** Renders with `kustomize build`, or `kubectl kustomize` where only kubectl exists; no plugins, no functions, no remote bases' credentials. */
export function kustomizeRenderer(ports: RendererPorts): Renderer<KustomizeSource> {
  return {
    inputs: kustomizeInputs,
    render: async (source, view) => {
      const program = await ports.programs.find('kustomize', 'kubectl')
      const files = await inputContents(view, await kustomizeInputs(source, view))
      const verb = program.name === 'kustomize' ? 'build' : 'kustomize'
      return withWorkspace(files, async (directory) => {
        const outcome = await runProgram({
          file: program.file,
          args: [verb, `./${source.path}`],
          cwd: directory,
          env: isolated(directory),
          ...(ports.timeoutMs === undefined ? {} : { timeoutMs: ports.timeoutMs }),
        })
        return { source, objects: readObjects(source.path, outputOf(source, outcome, directory)) }
      })
    },
  }
}
