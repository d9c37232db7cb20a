import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../free-port.ts'
import { s3Program } from './parts.mjs'

/** A real S3 server on the loopback interface. */
export interface S3Lab {
  readonly url: string
  readonly bucket: string
  /** The directory whose files are the objects of the bucket. */
  readonly directory: string
  /** The environment variables with its keys. */
  readonly env: Readonly<Record<string, string>>
  readonly close: () => Promise<void>
}

const keys = { id: 'lab-key-id', secret: 'lab-secret-of-the-tests' }

/** Starts the server with one empty bucket. */
export async function startS3(): Promise<S3Lab> {
  const program = s3Program()
  if (program === undefined) throw new Error('The S3 server is not built; test `s3Program` first.')
  const root = mkdtempSync(join(tmpdir(), 's3-lab-'))
  const [data, sidecar] = [join(root, 'data'), join(root, 'meta')]
  const directory = join(data, 'tortoise')
  for (const one of [directory, sidecar]) mkdirSync(one, { recursive: true })
  const port = await freePort()
  const child = spawn(
    program,
    ['--quiet', '--port', `127.0.0.1:${port}`, 'posix', '--sidecar', sidecar, data],
    { stdio: 'ignore', env: { ROOT_ACCESS_KEY: keys.id, ROOT_SECRET_KEY: keys.secret } },
  )
  const url = `http://127.0.0.1:${port}`
  await answering(url)
  return {
    url,
    bucket: 'tortoise',
    directory,
    env: { AWS_ACCESS_KEY_ID: keys.id, AWS_SECRET_ACCESS_KEY: keys.secret },
    close: async () => {
      const ended = once(child, 'close')
      child.kill('SIGKILL')
      await ended
      rmSync(root, { recursive: true, force: true })
    },
  }
}

async function answering(url: string): Promise<void> {
  for (let tried = 0; tried < 100; tried += 1) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer !== undefined) return
    await sleep(100)
  }
  throw new Error('The S3 server does not start.')
}
