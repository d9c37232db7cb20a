import { z } from 'zod'
import { repositoryPath, tlsFiles } from './shared-schemas.ts'
import { variableName } from './variable.ts'

/** A host with a path, such as `ghcr.io/org`, or the address of a network. */
const allowedPlace = z
  .string()
  .regex(
    /^((https?|oci):\/\/)?(\*\.)?([\w-]+(\.[\w-]+)*|\[[0-9a-f:.]+\])(:\d{1,5})?(\/[^\s]*)?$|^[0-9a-f:.]+(\/\d{1,3})?$/i,
    'must be a host with or without a path (charts.example.com, *.example.com, ghcr.io/org), or an address or network',
  )

const hostLogin = z
  .strictObject({
    host: z
      .string()
      .regex(
        /^([\w.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/i,
        'must be a host, with its port where it is not the usual one',
      )
      .describe('Host that gets these credentials, and no other: `registry.example.com`, `127.0.0.1:5000`.'),
    basic: z
      .strictObject({
        username: z.string().min(1).describe('User name.'),
        passwordEnv: variableName.optional().describe('Environment variable with the password.'),
        passwordFile: z.string().min(1).optional().describe('File with the password.'),
      })
      .optional()
      .describe('Basic authorization, and the login of a registry.'),
    tokenEnv: variableName.optional().describe('Environment variable with a bearer token.'),
    tokenFile: z.string().min(1).optional().describe('File with a bearer token.'),
    registryConfigFile: z
      .string()
      .min(1)
      .optional()
      .describe('File that `helm registry login` or `docker login` wrote; the entry of the host is used.'),
    tls: tlsFiles.optional(),
  })
  .describe('Credentials of one host.')

/** Charts and bases that are not in the repository. */
export const chartsSchema = z
  .strictObject({
    directories: z
      .array(repositoryPath)
      .default([])
      .describe('Directories of the repository with charts by name, used before any server.'),
    allow: z
      .array(allowedPlace)
      .default([])
      .describe(
        'Hosts and paths that charts and Git sources are fetched from; nothing else is contacted, redirects included. `*.example.com` matches every host below. Addresses of this machine and of private networks must be listed themselves, also where a name leads to them. `http://` allows a server without TLS.',
      ),
    cache: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Directory that keeps what was fetched, and renderings. Default: `gitops-tortoise/store` in the cache directory of the user.',
      ),
    keepRenderings: z
      .boolean()
      .default(true)
      .describe(
        'Keeps renderings, and what files say, in that directory too, so that the next run renders only what has changed.',
      ),
    offline: z
      .boolean()
      .default(false)
      .describe('Contacts no server: charts come from the cache, and what is missing there is named.'),
    refreshMinutes: z
      .number()
      .min(0)
      .default(60)
      .describe('How long a range of versions or a branch keeps what it was resolved to.'),
    credentials: z.array(hostLogin).default([]).describe('Credentials by host.'),
    limits: z
      .strictObject({
        downloadMiB: z.number().min(1).default(64).describe('Largest download.'),
        unpackedMiB: z.number().min(1).default(128).describe('Largest size of an archive when unpacked.'),
        files: z.number().int().min(1).default(10_000).describe('Largest number of files in an archive.'),
        seconds: z.number().min(1).max(600).default(60).describe('Longest time of a download.'),
      })
      .prefault({})
      .describe('Limits of each chart and each Git source.'),
    sshAsHttps: z
      .array(z.string().min(1))
      .default([])
      .describe('Hosts whose SSH URLs of Git repositories are read by HTTPS: `github.com`.'),
  })
  .describe('Charts and Git sources that are not in the repository.')
