declare const __SCHEMAS__: string | undefined

/** Where the schemas of this version are published. The account is a placeholder until the package names the one that publishes. */
const base = (): string =>
  typeof __SCHEMAS__ === 'string'
    ? __SCHEMAS__
    : 'https://raw.githubusercontent.com/your-org/gitops-tortoise/main/config'

/** The comment by which editors find the schema of a settings file. https://github.com/redhat-developer/yaml-language-server */
export const schemaLine = (name: 'tortoise' | 'operator'): string =>
  `# yaml-language-server: $schema=${base()}/${name}.schema.json`
