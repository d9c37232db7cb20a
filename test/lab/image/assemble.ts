import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ImageRecipe } from './dockerfile.ts'
import { filesLayer, programsLayer } from './layers.ts'

/** What the root file system is made from. */
export interface AssemblyRequest {
  /** Tar archives, the lowest first. */
  readonly layers: readonly Uint8Array[]
  /** A Node of the version of the base image. */
  readonly node: string
  /** An empty directory. */
  readonly root: string
}

/** Makes the root file system of an image without Docker: a base with Node, its libraries and `env`, and the layers above it. */
export function assembleImage({ layers, node, root }: AssemblyRequest): void {
  for (const name of ['tmp', 'proc', 'dev', 'etc', 'usr/bin', 'usr/local/bin'])
    mkdirSync(join(root, name), { recursive: true })
  writeFileSync(join(root, 'etc/passwd'), 'node:x:1000:1000::/home/node:/bin/false\n')
  addProgram(root, node, '/usr/local/bin/node')
  addProgram(root, '/usr/bin/env', '/usr/bin/env')
  const flags = ['--extract', '--file=-', '--no-same-owner', '--preserve-permissions', '--directory', root]
  for (const layer of layers) execFileSync('tar', flags, { input: layer })
}

/**
 * The layers that the recipe puts above its base, as a release has them. `context` is the unpacked npm package, `programs` a
 * directory with the programs that the recipe copies from other images. Throws for a file that they do not have.
 */
export function layersOf(recipe: ImageRecipe, context: string, programs: string): readonly Uint8Array[] {
  const seconds = 0
  return [
    programsLayer({ recipe, directory: programs, seconds }),
    filesLayer({ recipe, directory: context, seconds }),
  ]
}

/** Copies a program of this machine with the shared libraries that it loads. */
export function addProgram(root: string, program: string, path: string): void {
  const needed = execFileSync('ldd', [program], { encoding: 'utf8' })
  const libraries = [...needed.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, file = '']) => file)
  for (const [from, to] of [[program, path], ...libraries.map((file) => [file, file])] as [
    string,
    string,
  ][]) {
    mkdirSync(dirname(join(root, to)), { recursive: true })
    copyFileSync(from, join(root, to))
  }
}
