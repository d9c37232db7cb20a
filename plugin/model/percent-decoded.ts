/** A part of a URL or a word without percent encoding; as it is where the encoding is not valid. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
