/** What the last stage of a Dockerfile adds to its base, and how a container of it starts. */
export interface ImageRecipe {
  readonly copies: readonly {
    readonly from?: string
    readonly sources: readonly string[]
    readonly to: string
  }[]
  readonly links: readonly { readonly target: string; readonly path: string }[]
  readonly directories: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly user: string
  readonly entrypoint: readonly string[]
}

type Mutable = { -readonly [Key in keyof ImageRecipe]: ImageRecipe[Key] }

/** Reads the last stage. Throws for an instruction or a command that the assembly without Docker does not know. */
export function readDockerfile(text: string): ImageRecipe {
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  const last = lines.findLastIndex((line) => line.startsWith('FROM '))
  const recipe: Mutable = { copies: [], links: [], directories: [], env: {}, user: '', entrypoint: [] }
  for (const line of lines.slice(last + 1)) {
    const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? []
    const read = instructions[name]
    if (read === undefined) throw new Error(`the assembly does not know ${line}`)
    read(recipe, rest)
  }
  return recipe
}

const instructions: Readonly<Record<string, (recipe: Mutable, rest: string) => void>> = {
  COPY: (recipe, rest) => {
    const words = rest.split(/\s+/)
    const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined
    const to = words.pop() ?? ''
    recipe.copies = [...recipe.copies, { ...(from !== undefined && { from }), sources: words, to }]
  },
  RUN: (recipe, rest) => {
    for (const command of rest.split('&&')) run(recipe, command.trim())
  },
  ENV: (recipe, rest) => {
    const pairs = rest.split(/\s+/).map((pair) => pair.split('=') as [string, string])
    recipe.env = { ...recipe.env, ...Object.fromEntries(pairs) }
  },
  USER: (recipe, rest) => {
    recipe.user = rest
  },
  ENTRYPOINT: (recipe, rest) => {
    recipe.entrypoint = JSON.parse(rest)
  },
}

function run(recipe: Mutable, command: string): void {
  const [, target, path] = /^ln -s (\S+) (\S+)$/.exec(command) ?? []
  const [, directory] = /^install -d -o \d+ -g \d+ (\S+)$/.exec(command) ?? []
  if (target !== undefined && path !== undefined) recipe.links = [...recipe.links, { target, path }]
  else if (directory !== undefined) recipe.directories = [...recipe.directories, directory]
  else throw new Error(`the assembly does not know RUN ${command}`)
}
