import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Settings } from '../../config/schema.ts'
import type { ObjectStore } from '../io/object-store.ts'
import { RequestFailure } from '../io/request-failure.ts'
import { makeTemporaryDirectory } from '../io/workspace.ts'
import { stop } from '../model/problem.ts'
import type { RunPorts } from './host.ts'
import { openStorage, storageName } from './open-storage.ts'

const scheme = 'store:'

type StorageSettings = Settings['storage']
type Ports = Pick<RunPorts, 'env'>

/**
 * The files that flags name, with those in the object storage (`store:NAME`, or `store:NAME/` for all of its names) copied to this
 * machine. Throws `files.unusable` where the storage does not have one, and `usage` where the operator settings name no storage.
 */
export async function localFiles(
  ports: Ports,
  storage: StorageSettings,
  files: readonly string[],
): Promise<readonly string[]> {
  if (!files.some(isStored)) return files
  const directory = await makeTemporaryDirectory('tortoise-store-')
  const all: string[] = []
  for (const file of files) {
    if (!isStored(file)) all.push(file)
    else
      for (const [name, bytes] of await read(ports, storage, file)) {
        const path = join(directory, `${all.length}-${name.replace(/[^\w.-]/g, '_')}`)
        writeFileSync(path, bytes, { mode: 0o600 })
        all.push(path)
      }
  }
  return all
}

/**
 * Where to write a file that a flag names, and what to do once it is written: a file in the object storage is copied there. The latter
 * throws `files.unusable`, because the file is what the command is for.
 */
export async function outputFile(
  ports: Ports & Pick<RunPorts, 'cwd'>,
  storage: StorageSettings,
  file: string,
) {
  if (!isStored(file)) {
    requireFileName(resolve(ports.cwd, file), file)
    return { path: file, done: async () => undefined }
  }
  const path = join(await makeTemporaryDirectory('tortoise-store-'), 'file')
  const name = file.slice(scheme.length)
  return {
    path,
    done: () => stored(ports, { storage, file }, (objects) => objects.write(name, readFileSync(path))),
  }
}

/** Makes the directory of a file. Throws `files.unusable` where a file cannot be written there, before anything is read for it. */
function requireFileName(path: string, file: string): void {
  const refuse = (why: string, cause?: unknown): never => {
    throw stop('files.unusable', `${file} cannot be written: ${why}`, {
      hint: 'Name a file with --out.',
      cause,
    })
  }
  try {
    mkdirSync(dirname(path), { recursive: true })
  } catch (error) {
    refuse(
      `its directory cannot be made (${error instanceof Error && 'code' in error ? error.code : error})`,
      error,
    )
  }
  if (existsSync(path) && statSync(path).isDirectory()) refuse('it is a directory')
}

const isStored = (file: string): boolean => file.startsWith(scheme)

const read = (ports: Ports, storage: StorageSettings, file: string) =>
  stored(ports, { storage, file }, async (objects) => {
    const name = file.slice(scheme.length)
    const names = name.endsWith('/') ? [...(await objects.names(name))].sort() : [name]
    const found: (readonly [string, Uint8Array])[] = []
    for (const one of names) {
      const bytes = await objects.read(one)
      if (bytes !== undefined) found.push([one, bytes])
    }
    if (found.length === 0) throw new RequestFailure('nothing has this name')
    return found
  })

interface StoredFile {
  readonly storage: StorageSettings
  readonly file: string
}

async function stored<T>(
  ports: Ports,
  { storage, file }: StoredFile,
  work: (objects: ObjectStore) => Promise<T>,
): Promise<T> {
  const objects = openStorage(ports, storage)
  if (objects === undefined || storage === undefined)
    throw stop('usage', `${file} is in the object storage, and the operator settings name none`, {
      hint: 'Add storage: {bucket: NAME} to the operator settings.',
    })
  try {
    return await work(objects)
  } catch (error) {
    if (!(error instanceof RequestFailure)) throw error
    throw stop('files.unusable', `${file} in ${storageName(storage)}: ${error.message}`, {
      hint: 'Check storage: in the operator settings, its keys, and the name.',
      cause: error,
    })
  }
}
