/** Returns a valid bearer token; with `renew`, a new one. Rejects when there are no credentials. */
export type TokenSource = (renew: boolean) => Promise<string>

/**
 * Tokens from Google's application default credentials: a key file or workload identity federation named by
 * GOOGLE_APPLICATION_CREDENTIALS, gcloud's own, or the metadata server.
 * https://cloud.google.com/docs/authentication/application-default-credentials
 */
export const googleTokens = (scope: string): TokenSource =>
  fromClients(async () => {
    // Loaded only when a cluster needs it.
    const { GoogleAuth } = await import('google-auth-library')
    const auth = new GoogleAuth({ scopes: [scope] })
    return async () => (await auth.getAccessToken()) ?? ''
  })

/**
 * Tokens of Microsoft Entra for the current identity: AZURE_* variables, workload identity, managed identity, or the Azure CLI.
 * https://learn.microsoft.com/azure/developer/javascript/sdk/authentication/credential-chains
 */
export const azureTokens = (scope: string, authority: string | undefined): TokenSource =>
  fromClients(async () => {
    const { DefaultAzureCredential } = await import('@azure/identity')
    // A private cloud's authority is not in the public list of authorities.
    const credential = new DefaultAzureCredential({ disableInstanceDiscovery: authority !== undefined })
    return async () => (await credential.getToken(scope)).token
  })

/** The libraries cache a token until it expires, so a new client is made to replace a rejected token. */
function fromClients(make: () => Promise<() => Promise<string>>): TokenSource {
  let client: Promise<() => Promise<string>> | undefined
  return async (renew) => {
    if (renew) client = undefined
    client ??= make()
    return (await client)()
  }
}
