/** Gives a bearer token that is good now; `renew` asks for another than the last one. Rejects when there are no credentials. */
export type TokenSource = (renew: boolean) => Promise<string>

/**
 * Tokens of Google's application default credentials: a key file or workload identity federation named by
 * GOOGLE_APPLICATION_CREDENTIALS, gcloud's own, or the metadata server.
 * https://cloud.google.com/docs/authentication/application-default-credentials
 */
export const googleTokens = (scope: string): TokenSource =>
  fromClients(async () => {
    // Loaded only where a cluster asks for it.
    const { GoogleAuth } = await import('google-auth-library')
    const auth = new GoogleAuth({ scopes: [scope] })
    return async () => (await auth.getAccessToken()) ?? ''
  })

/**
 * Tokens of Microsoft Entra for whoever this is: AZURE_* variables, workload identity, managed identity, the Azure CLI.
 * https://learn.microsoft.com/azure/developer/javascript/sdk/authentication/credential-chains
 */
export const azureTokens = (scope: string, authority: string | undefined): TokenSource =>
  fromClients(async () => {
    const { DefaultAzureCredential } = await import('@azure/identity')
    // An authority of one's own (a private cloud) is not in the public list that it would be looked up in.
    const credential = new DefaultAzureCredential({ disableInstanceDiscovery: authority !== undefined })
    return async () => (await credential.getToken(scope)).token
  })

/** The libraries keep a token until it ends; to be rid of one that was refused, a new client is made. */
function fromClients(make: () => Promise<() => Promise<string>>): TokenSource {
  let client: Promise<() => Promise<string>> | undefined
  return async (renew) => {
    if (renew) client = undefined
    client ??= make()
    return (await client)()
  }
}
