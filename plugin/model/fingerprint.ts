/** Returns the 32-bit FNV-1a hash of a text, as 8 hexadecimal digits. It distinguishes texts; it is not a secure hash. */
export function fingerprint(text: string): string {
  let hash = 0x811c9dc5
  for (const unit of new TextEncoder().encode(text)) hash = Math.imul(hash ^ unit, 0x01000193) >>> 0
  return hash.toString(16).padStart(8, '0')
}
