import { gunzipSync } from 'node:zlib'

const largestUnpacked = 64 * 1024 ** 2

/**
 * The bytes of a gzip file, all its members in order, as Go unpacks it. Throws for what is no gzip file or is larger than
 * 64 MiB unpacked.
 */
export const unpackGzip = (packed: Uint8Array): Uint8Array =>
  gunzipSync(packed, { maxOutputLength: largestUnpacked })
