import type { DeclaredWorkload } from '../model/declared.ts'
import type { Reason, Recommendation } from '../model/recommendation.ts'
import { reason } from './advice.ts'
import { memoryText } from './format.ts'
import { keepWithReasons } from './keep-changes.ts'

/** Keeps memory that would be lowered below what the container's own settings let it fill, whatever the profile says. */
export function keepAnnounced(
  recommendations: readonly Recommendation[],
  { containers }: DeclaredWorkload,
): readonly Recommendation[] {
  const kept = new Map<string, Reason>()
  for (const one of recommendations) {
    const isLower = one.verdict === 'change' && one.to < one.from && !one.field.startsWith('hpa.')
    if (!isLower || !one.field.endsWith('.memory')) continue
    const { announced = [] } = containers.find(({ name }) => name === one.container) ?? {}
    const largest = announced.find(({ bytes }) => bytes !== undefined)
    if (largest?.bytes === undefined || one.to >= Math.min(one.from, largest.bytes)) continue
    const text = `${largest.said} lets it fill memory: with what it needs beside that, ${memoryText(largest.bytes)}. It is not lowered below that.`
    kept.set(one.together, reason('memory.announced', text))
  }
  return kept.size === 0 ? recommendations : keepWithReasons(recommendations, kept)
}
