// Builds a server with the protocol of S3 from its Go module, for the tests of object storage.
// usage: node test/lab/s3/setup.mjs   (needs Go; 3 minutes on two cores)
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { s3Directory, s3Program, s3Version } from './parts.mjs'

if (s3Program() === undefined) {
  mkdirSync(s3Directory, { recursive: true })
  const module = `github.com/versity/versitygw/cmd/versitygw@${s3Version}`
  const env = { ...process.env, GOBIN: s3Directory, CGO_ENABLED: '0' }
  const args = ['-n', '15', 'go', 'install', '-trimpath', '-ldflags', '-s -w', module]
  execFileSync('nice', args, { cwd: tmpdir(), env, stdio: ['ignore', 'inherit', 'inherit'] })
}
console.log(`The S3 server is in ${s3Directory}`)
