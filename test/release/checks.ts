/** What the checkout must be like for a release. */
export interface ReleaseState {
  /** `package.json` and `CHANGELOG.md` as text. */
  readonly manifest: string
  readonly changelog: string
  /** Lines of `git status --porcelain`. */
  readonly changed: readonly string[]
}

/** What is wrong with a release of this state, one sentence each with the fix; empty when it can be published. */
export function releaseProblems({ manifest, changelog, changed }: ReleaseState): readonly string[] {
  const { version } = JSON.parse(manifest) as { readonly version: string }
  return [
    ...(changed.length > 0
      ? [`The work tree has changes that are not committed (${changed.length} files). Commit them.`]
      : []),
    ...(/github\.com\/OWNER\//.test(manifest)
      ? [
          'package.json has OWNER in place of the account that publishes. Replace it, and run `npm run schemas`.',
        ]
      : []),
    ...(changelog.split('\n').some((line) => line === `## ${version}` || line.startsWith(`## ${version} `))
      ? []
      : [
          `CHANGELOG.md has no section "## ${version}". Rename "Unreleased", or merge the pull request "Version".`,
        ]),
  ]
}
