import { installProgram } from '../../plugin/hosts/action/programs/install.ts'
import { releaseFor } from '../../plugin/hosts/action/programs/release.ts'
import { makeTemporaryDirectory } from '../../plugin/io/workspace.ts'

// usage: npm run programs:check [-- MIRROR]: downloads the pinned archive of every platform and compares its checksum.
const [mirror] = process.argv.slice(2)
const platforms = ['linux', 'darwin'].flatMap((platform) =>
  ['x64', 'arm64'].map((arch) => ({ platform, arch })),
)
const caches = [await makeTemporaryDirectory('tortoise-pins-')]
for (const name of ['kustomize', 'helm'] as const)
  for (const runner of platforms) {
    const own = mirror === undefined ? undefined : new URL(mirror)
    const release = releaseFor(name, runner, { mirror: own })
    if (release === undefined) throw new Error(`${name} has no pin for ${runner.platform} ${runner.arch}`)
    try {
      // The versions of two platforms with one architecture are two places.
      const arch = `${runner.platform}-${runner.arch}`
      await installProgram(release, { caches, arch, env: process.env, timeoutMs: 120_000, pauses: [1_000] })
      console.log(`${release.archive}: the checksum is as pinned`)
    } catch (error) {
      console.error(`${release.archive}: ${error instanceof Error ? error.message : String(error)}`)
      process.exitCode = 1
    }
  }
