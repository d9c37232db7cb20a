/** Four bytes of FNV-1a in hexadecimal: tells texts apart that would look the same; keeps no secret. */
export function fingerprint(text: string): string {
  let hash = 0x811c9dc5
  for (const unit of Buffer.from(text)) hash = Math.imul(hash ^ unit, 0x01000193) >>> 0
  return hash.toString(16).padStart(8, '0')
}
