import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { baseName } from '../lab/image/base.ts'
import { type ImageRecipe, readDockerfile } from '../lab/image/dockerfile.ts'
import { ownFiles, rootFileSystem, targetOf } from '../lab/image/layers.ts'
import { kustomizeProgram, kustomizeVersion } from '../lab/kustomize/build.mjs'
import { node24 } from '../lab/node24.mjs'
import { packedPrograms } from '../lab/programs.mjs'
import { type TarEntry, tarOfEntries } from '../lab/tar.ts'
import { sha256 } from './files.ts'

/** What the images of a release are described from. */
export interface ImagesRequest {
  /** The content of the npm package, which is the context of the builds. */
  readonly tree: string
  /** A directory that does not exist or is empty. */
  readonly out: string
  readonly version: string
  /** The time of all files in the archives, in seconds since 1970. */
  readonly seconds: number
}

interface Image {
  readonly name: string
  readonly dockerfile: string
  /** Where the lab has programs of the same names as those that are copied from other images. */
  readonly programs: () => readonly Programs[]
}

interface Programs {
  readonly directory: string
  /** The package and version that they are from. */
  readonly package: string
}

/** The images that the workflow "Release" pushes. */
const images: readonly Image[] = [
  {
    name: 'gitops-tortoise',
    dockerfile: 'config/deploy/Dockerfile',
    programs: () => [packedPrograms('v35')],
  },
  {
    name: 'gitops-tortoise-plugin',
    dockerfile: 'config/deploy/argocd-plugin/Dockerfile',
    programs: () => [
      {
        directory: dirname(kustomizeProgram),
        package: `sigs.k8s.io/kustomize/kustomize/v5@${kustomizeVersion}`,
      },
      packedPrograms('v31'),
    ],
  },
]
/** The platforms that they are pushed for. */
const platforms = ['linux/amd64', 'linux/arm64']

/** Why a root file system cannot be made on this machine, with what to do; `undefined` where it can. */
export function rootObstacle(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'they are made on Linux on x64 alone'
  if (node24() === undefined) return 'there is no Node 24. Run `npm run lab:node`'
  return existsSync(kustomizeProgram)
    ? undefined
    : 'there is no kustomize. Run `node test/lab/kustomize/build.mjs`, which needs Go'
}

/**
 * Writes for each image the project's own files in it as a tar archive, and a description that names the base, the programs of other
 * images, and how a container starts. Where this machine can make the root file system of the image, it is written too, with a description
 * of what is of this machine.
 */
export function buildImages(request: ImagesRequest): void {
  mkdirSync(request.out, { recursive: true })
  const isWhole = rootObstacle() === undefined
  for (const image of images) {
    const recipe = readDockerfile(readFileSync(join(request.tree, image.dockerfile), 'utf8'))
    const { version, tree: context } = request
    const description = {
      name: image.name,
      version,
      dockerfile: image.dockerfile,
      platforms,
      base: recipe.base,
      programs: programsOf(recipe),
      files: written(request, `${image.name}-image-${version}.tar`, ownFiles({ recipe, context })),
      config: configOf(recipe),
      billOfMaterials: `gitops-tortoise-${version}.cdx.json`,
    }
    describe(request, `${image.name}-image-${version}.json`, description)
    if (isWhole) describe(request, `${image.name}-rootfs-${version}.json`, wholeImage(request, image, recipe))
  }
}

const describe = ({ out }: ImagesRequest, file: string, description: object): void =>
  writeFileSync(join(out, file), `${JSON.stringify(description, null, 2)}\n`)

/** The image without Docker, for Linux on x64: its base and programs are those of this machine and of packages. */
function wholeImage(request: ImagesRequest, { name, programs: find }: Image, recipe: ImageRecipe) {
  const [programs, node] = [find(), node24() ?? '']
  const directories = programs.map(({ directory }) => directory)
  const entries = rootFileSystem({ recipe, context: request.tree, programs: directories, node })
  return {
    ...written(request, `${name}-rootfs-${request.version}.tar`, entries),
    platform: 'linux/amd64',
    base: baseName(node),
    programs: programs.map((one) => one.package),
  }
}

function written({ out, seconds }: ImagesRequest, archive: string, entries: readonly TarEntry[]) {
  const bytes = tarOfEntries(entries, seconds)
  writeFileSync(join(out, archive), bytes)
  return { archive, sha256: sha256(bytes) }
}

/** What is copied from other images, and where to. */
const programsOf = ({ copies, images: stages }: ImageRecipe) =>
  copies.flatMap(({ from, sources, to }) =>
    from === undefined
      ? []
      : sources.map((source) => ({ image: stages[from], source, path: targetOf(source, to) })),
  )

/** In the terms of an image configuration. https://github.com/opencontainers/image-spec/blob/main/config.md */
const configOf = ({ user, env, entrypoint }: ImageRecipe) => ({
  User: user,
  Env: Object.entries(env).map((pair) => pair.join('=')),
  Entrypoint: entrypoint,
})
