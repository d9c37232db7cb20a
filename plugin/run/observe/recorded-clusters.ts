import { type RecordedClusters, readRecordedClusters } from '../../observe/prometheus/recorded-clusters.ts'
import type { Host } from '../host.ts'

const timeoutMs = 10_000

/**
 * Which clusters the server at a URL records at a time, without credentials but those in the URL; `undefined` where it holds
 * one. Rejects with `prometheus.*` problems.
 */
export async function recordedClusters(
  { progress }: Pick<Host, 'progress'>,
  url: string,
  to: Date,
): Promise<RecordedClusters | undefined> {
  const found = await readRecordedClusters({ url, timeoutMs }, { fetch, progress }, to)
  return found !== undefined && found.values.length > 1 ? found : undefined
}
