import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { ImageRecipe } from './dockerfile.ts'

/** What the root file system is made from. */
export interface AssemblyRequest {
  readonly recipe: ImageRecipe
  /** The unpacked npm package, which is the context of the build. */
  readonly context: string
  /** A Node of the version of the base image. */
  readonly node: string
  /** A directory with the programs that the recipe copies from other images. */
  readonly programs: string
  /** An empty directory. */
  readonly root: string
}

/**
 * Makes the root file system of an image without Docker: a base with Node, its libraries and `env`, and what the recipe adds.
 * Throws for a file that the package or the programs do not have.
 */
export function assembleImage({ recipe, context, node, programs, root }: AssemblyRequest): void {
  for (const name of ['tmp', 'proc', 'dev', 'etc', 'usr/bin', 'usr/local/bin', ...recipe.directories])
    mkdirSync(join(root, name), { recursive: true })
  writeFileSync(join(root, 'etc/passwd'), 'node:x:1000:1000::/home/node:/bin/false\n')
  addProgram(root, node, '/usr/local/bin/node')
  addProgram(root, '/usr/bin/env', '/usr/bin/env')
  for (const { from, sources, to } of recipe.copies)
    for (const source of sources) {
      const origin = from === undefined ? join(context, source) : join(programs, basename(source))
      if (!existsSync(origin))
        throw new Error(`the image needs ${source}, which ${dirname(origin)} does not have`)
      cpSync(origin, join(root, to.endsWith('/') ? join(to, basename(source)) : to), { recursive: true })
    }
  for (const { target, path } of recipe.links) symlinkSync(target, join(root, path))
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
