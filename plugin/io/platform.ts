/**
 * Why this program does not run on a platform, as one line; `undefined` where it runs. On Windows, the paths, process groups and
 * permissions that keep programs apart do not exist as they are used here.
 */
export const platformRefusal = (platform: string): string | undefined =>
  platform === 'win32'
    ? 'GitOps Tortoise does not run on Windows. Use Linux, macOS, WSL 2, or a Linux container or runner.'
    : undefined
