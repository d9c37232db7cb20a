import { z } from 'zod'

/** The programs that render. */
export const programsSchema = z
  .strictObject({
    kustomize: z.string().optional().describe('Path of kustomize.'),
    kubectl: z.string().optional().describe('Path of kubectl, used when kustomize is not installed.'),
    helm: z.string().optional().describe('Path of Helm 3 or 4.'),
    timeoutSeconds: z.number().min(1).max(600).default(60).describe('Timeout of one rendering, in seconds.'),
  })
  .describe('Programs to use instead of those on PATH, and their timeout.')

/** How much is required of the sandbox. */
export const sandboxSchema = z
  .enum(['required', 'preferred', 'off'])
  .describe(
    'Whether kustomize and Helm run in a sandbox: without a network, and with no files but those of the source. `required` renders nothing where no sandbox works. `preferred` then renders without one, and says so.',
  )

/** How the Kubernetes API is logged in to. */
export const loginSchema = z
  .strictObject({
    exec: z
      .boolean()
      .default(false)
      .describe(
        'Runs the credential plugin of a kubeconfig user (`exec`), for example of EKS, GKE or AKS. Default: such a user is refused.',
      ),
  })
  .describe('Login to every cluster.')
