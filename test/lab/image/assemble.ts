import { execFileSync } from 'node:child_process'
import { type TarEntry, tarOfEntries } from '../tar.ts'
import { type ImageParts, rootFileSystem } from './layers.ts'

/** Makes the root file system of an image in an empty directory, without Docker. */
export const assembleImage = (parts: ImageParts, root: string): void => unpack(rootFileSystem(parts), root)

/** Writes entries of an archive below a directory, as this user. */
export function unpack(entries: readonly TarEntry[], root: string): void {
  const relative = entries.map((one) => ({ ...one, path: one.path.replace(/^\//, '') }))
  unpackTar(tarOfEntries(relative, 0), root)
}

/** Writes what an archive has below a directory, as this user. */
export function unpackTar(archive: Uint8Array, root: string): void {
  const flags = ['--extract', '--file=-', '--no-same-owner', '--preserve-permissions', '--directory', root]
  execFileSync('tar', flags, { input: archive })
}
