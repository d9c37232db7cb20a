import { type InstalledName, pinned } from './pinned.ts'

/** The platform of a runner, as Node names it. */
export interface RunnerPlatform {
  readonly platform: string
  readonly arch: string
}

/** An archive with a program for one platform. */
export interface ProgramRelease {
  readonly name: InstalledName
  readonly version: string
  /** SHA-256 of the archive in hexadecimal digits. */
  readonly sha256: string
  readonly url: URL
  /** The file name of the archive. */
  readonly archive: string
  /** The path of the program in the archive. */
  readonly member: string
}

/** A version in place of the pinned one. */
export interface GivenVersion {
  readonly name: InstalledName
  readonly version: string
  readonly sha256: string
}

const systems: Readonly<Record<string, string>> = { darwin: 'darwin', linux: 'linux' }
const architectures: Readonly<Record<string, string>> = { arm64: 'arm64', x64: 'amd64' }

/** The release of a program: of a version that is given, or of the pinned one. `undefined` where the platform has none. */
export function releaseFor(
  name: InstalledName,
  { platform, arch }: RunnerPlatform,
  { given, mirror }: { readonly given?: GivenVersion | undefined; readonly mirror?: URL | undefined } = {},
): ProgramRelease | undefined {
  const [system, architecture] = [systems[platform], architectures[arch]]
  if (system === undefined || architecture === undefined) return undefined
  const version = given?.version ?? pinned[name].version
  const sha256 = given?.sha256 ?? pinned[name].archives[`${system}-${architecture}`]
  if (sha256 === undefined) return undefined
  const { base, archive, member } = places[name](version, system, architecture)
  return { name, version, sha256, archive, member, url: joined(mirror ?? new URL(base), archive) }
}

interface ArchivePlace {
  readonly base: string
  readonly archive: string
  readonly member: string
}

const places: Readonly<
  Record<InstalledName, (version: string, system: string, architecture: string) => ArchivePlace>
> = {
  // https://github.com/kubernetes-sigs/kustomize/releases
  kustomize: (version, system, architecture) => ({
    base: `https://github.com/kubernetes-sigs/kustomize/releases/download/kustomize%2Fv${version}`,
    archive: `kustomize_v${version}_${system}_${architecture}.tar.gz`,
    member: 'kustomize',
  }),
  // https://helm.sh/docs/intro/install/#from-the-binary-releases
  helm: (version, system, architecture) => ({
    base: 'https://get.helm.sh',
    archive: `helm-v${version}-${system}-${architecture}.tar.gz`,
    member: `${system}-${architecture}/helm`,
  }),
}

function joined(base: URL, name: string): URL {
  const url = new URL(base)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${name}`
  return url
}
