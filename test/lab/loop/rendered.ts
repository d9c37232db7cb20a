import { join } from 'node:path'
import { runAt } from './program.ts'
import type { Repository } from './repository.ts'
import { clusterOf, namespaceOf, type Service } from './services.ts'

interface Rendering {
  readonly repository: Repository
  readonly services: readonly Service[]
  readonly at: Date
}

/** Renders charts with their committed recommendations and commits the manifests, as a pipeline of the owners does after each commit. */
export async function renderCharts(home: string, { repository, services, at }: Rendering): Promise<void> {
  for (const service of services) {
    const { chart, name, directory } = service
    if (chart === undefined) continue
    repository.refresh()
    const named = ['--release', name, '--namespace', namespaceOf(service), '--cluster', clusterOf(service)]
    const args = ['render', join(repository.checkout, chart), '--repo', repository.checkout, ...named]
    const { status, stdout, stderr } = await runAt(at, args, { HOME: home })
    if (status !== 0) throw new Error(`${chart} cannot be rendered: ${stderr}`)
    repository.write(`${directory}/${name}.yaml`, stdout, at)
  }
}
