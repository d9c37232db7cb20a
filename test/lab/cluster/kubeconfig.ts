/** A kubeconfig, as JSON, of one user of one API server on this machine. */
export const kubeconfigOf = (url: string, token = 'lab'): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'lab',
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'lab' } }],
    clusters: [{ name: 'lab', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'lab', user: { token } }],
  })
