/** The programs that the Action installs where they are missing. kubectl is not one of them: kustomize renders the same sources. */
export type InstalledName = 'helm' | 'kustomize'

/** A version, and the SHA-256 of its archive for each platform that has one. */
export interface PinnedRelease {
  readonly version: string
  readonly archives: Readonly<Record<string, string>>
}

/** The only place of these versions and checksums. `npm run programs:check` downloads each archive and compares. */
export const pinned: Readonly<Record<InstalledName, PinnedRelease>> = {
  kustomize: {
    version: '5.8.1',
    archives: {
      'darwin-amd64': 'ee7cf0c1e3592aa7bb66ba82b359933a95e7f2e0b36e5f53ed0a4535b017f2f8',
      'darwin-arm64': '8886f8a78474e608cc81234f729fda188a9767da23e28925802f00ece2bab288',
      'linux-amd64': '029a7f0f4e1932c52a0476cf02a0fd855c0bb85694b82c338fc648dcb53a819d',
      'linux-arm64': '0953ea3e476f66d6ddfcd911d750f5167b9365aa9491b2326398e289fef2c142',
    },
  },
  helm: {
    version: '4.1.4',
    archives: {
      'darwin-amd64': 'abf09c8503ad1d8ef76d3737a058c3456a998aae5f5966fce4bb3031aeb1654e',
      'darwin-arm64': '7c2eca678e8001fa863cdf8cbf6ac1b3799f9404a89eb55c08260ef5732e658d',
      'linux-amd64': '70b2c30a19da4db264dfd68c8a3664e05093a361cefd89572ffb36f8abfa3d09',
      'linux-arm64': '13d03672be289045d2ff00e4e345d61de1c6f21c1257a45955a30e8ae036d8f1',
    },
  },
}
