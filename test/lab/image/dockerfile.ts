/** What the last stage of a Dockerfile adds to its base, and how a container of it starts. */
export interface ImageRecipe {
  /** The reference of the image below, with its digest. */
  readonly base: string
  /** The references of the images that files are copied from, by the name of their stage. */
  readonly images: Readonly<Record<string, string>>
  readonly copies: readonly ImageCopy[]
  readonly links: readonly { readonly target: string; readonly path: string }[]
  /** Directories with the numbers of their owners. */
  readonly directories: readonly {
    readonly path: string
    readonly user: number
    readonly group: number
  }[]
  readonly env: Readonly<Record<string, string>>
  readonly user: string
  readonly entrypoint: readonly string[]
}

/** Files of the context, or of the image of the stage `from`. */
export interface ImageCopy {
  readonly from?: string
  readonly sources: readonly string[]
  readonly to: string
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
  const recipe: Mutable = {
    ...stagesOf(lines.slice(0, last + 1)),
    ...{ copies: [], links: [], directories: [], env: {}, user: '', entrypoint: [] },
  }
  for (const line of lines.slice(last + 1)) {
    const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? []
    const read = instructions[name]
    if (read === undefined) throw new Error(`the assembly does not know ${line}`)
    read(recipe, rest)
  }
  return recipe
}

/** The images of all stages, with the defaults of the arguments put in. */
function stagesOf(lines: readonly string[]): Pick<ImageRecipe, 'base' | 'images'> {
  const defaults: Record<string, string> = {}
  const images: Record<string, string> = {}
  let base = ''
  for (const line of lines) {
    const [, argument, value = ''] = /^ARG (\w+)=(\S+)$/.exec(line) ?? []
    const [, reference = '', stage] = /^FROM (\S+)(?: AS (\S+))?$/.exec(line) ?? []
    if (argument !== undefined) defaults[argument] = value
    const filled = reference.replace(/\$\{(\w+)\}/g, (whole, name) => defaults[name] ?? whole)
    if (stage !== undefined) images[stage] = filled
    else if (filled !== '') base = filled
  }
  return { base, images }
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
  const [, target, link] = /^ln -s (\S+) (\S+)$/.exec(command) ?? []
  const [, user, group, path] = /^install -d -o (\d+) -g (\d+) (\S+)$/.exec(command) ?? []
  if (target !== undefined && link !== undefined) recipe.links = [...recipe.links, { target, path: link }]
  else if (path !== undefined)
    recipe.directories = [...recipe.directories, { path, user: Number(user), group: Number(group) }]
  else throw new Error(`the assembly does not know RUN ${command}`)
}
