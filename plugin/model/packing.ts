/** Packs bytes as base64. The text is a third larger than the bytes, but it is plain text in memory, snapshots and caches. */
export function packBytes(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  }
  return btoa(text)
}

/** Unpacks base64 text. Throws when it is not base64. */
export function unpackBytes(packed: string): Uint8Array {
  const text = atob(packed)
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at)
  return bytes
}
