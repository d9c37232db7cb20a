/** Bytes as base64 text: a third larger than the bytes, yet plain text in memory, in snapshots and in caches. */
export function packBytes(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  }
  return btoa(text)
}

/** The bytes of a text that `packBytes` made. Throws for a text that is not base64. */
export function unpackBytes(packed: string): Uint8Array {
  const text = atob(packed)
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at)
  return bytes
}
