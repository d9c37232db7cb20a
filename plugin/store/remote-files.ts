import { stop } from '../model/problem.ts'
import { storeMount } from '../model/store.ts'
import type { Fetched, OpenedPorts } from './store-ports.ts'
import { viewOfFiles } from './store-view.ts'

/** A single file at an HTTP(S) URL: from the cache, else fetched. Rejects with `source.fetch`. */
export async function fetchFile(text: string, ports: OpenedPorts): Promise<Fetched> {
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw stop('source.fetch', `${JSON.stringify(text.slice(0, 120))} is not an HTTP(S) URL`)
  const url = new URL(text)
  const { digest, bytes } = await bytesOf(url, ports)
  const name = /[\w.-]+$/.exec(url.pathname)?.[0] ?? 'file.yaml'
  const directory = `file-${digest.slice(0, 24)}`
  const title = `${url.host}${url.pathname}`
  return {
    directory,
    view: viewOfFiles(new Map([[name, bytes]])),
    files: { path: `${storeMount}/${directory}/${name}`, title, version: digest.slice(0, 10), digest },
  }
}

async function bytesOf(
  url: URL,
  { cache, now, refreshMs, offline, transport }: OpenedPorts,
): Promise<{ readonly digest: string; readonly bytes: Uint8Array }> {
  const key = ['file', url.href]
  const known = await cache.resolved(key)
  if (known !== undefined && (offline || now() - known.at < refreshMs)) {
    const bytes = await cache.blob(known.digest)
    if (bytes !== undefined) return { digest: known.digest, bytes }
  }
  if (offline)
    throw stop(
      'source.fetch',
      `${url.host}${url.pathname} is not in the cache, and nothing is fetched here`,
      {
        hint: 'Run once with a network, or remove charts.offline.',
      },
    )
  const { body } = await transport.get(url, { suggest: new URL('.', url) })
  const digest = await cache.keep(body)
  await cache.remember(key, { version: digest.slice(0, 10), digest, at: now() })
  return { digest, bytes: body }
}
