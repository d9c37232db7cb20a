import { z } from 'zod'
import { deliverSchema } from './deliver.ts'
import { accessShape } from './repositories.ts'

/** A URL whose path may have wildcards. Its host may not: it is the server that the token goes to. */
const urlPattern = z
  .string()
  .regex(
    /^https?:\/\/([\w.-]+|\[[0-9a-f:.]+\])(:\d+)?\/[^\s?#@]+$/i,
    'must be an HTTP(S) URL with a literal host, such as https://git.example.com/acme/*',
  )

const hostName = z.string().regex(/^([\w.-]+|\[[0-9a-f:.]+\])(:\d+)?$/i, 'must be a host, or host:port')

/** The shape of `deliver.github`, for which the URL gives the repository. */
const githubSchema = deliverSchema.shape.github
  .unwrap()
  .omit({ repository: true })
  .optional()
  .describe('The repositories are on GitHub, for pull requests. Their paths are `owner/name`.')

const allowedSchema = z
  .strictObject({
    url: urlPattern.describe(
      'Pattern of HTTP(S) URLs without credentials. `*` is one step of the path, `**` several. The scheme and the host are literal: every request for a repository that matches goes to this server.',
    ),
    branches: z
      .array(z.string().min(1))
      .min(1)
      .default(['**'])
      .describe('Patterns of branches. Default: every branch that a live object rolls out.'),
    hosts: z
      .array(hostName)
      .default([])
      .describe(
        'Other hosts by which live objects name the same server: for SSH, or inside a cluster. The host of `url` is known without it.',
      ),
    github: githubSchema,
    ...accessShape,
  })
  .describe('Repositories that may be worked on, and with which credentials.')

/** Settings of discovered repositories. */
export const discoverSchema = z
  .strictObject({
    clusters: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('Clusters whose live objects are read, by name. Default: all with `kubernetes`.'),
    allow: z
      .array(allowedSchema)
      .default([])
      .describe(
        'Which repositories may be worked on; the first pattern that matches counts. Any other repository is reported as skipped, and its server is not contacted. Default: none.',
      ),
  })
  .describe(
    'Finds repositories and branches in the live Applications of Argo CD and the Kustomizations, HelmReleases and GitRepositories of Flux.',
  )

export type DiscoverSettings = z.infer<typeof discoverSchema>
export type AllowedRepositories = DiscoverSettings['allow'][number]
