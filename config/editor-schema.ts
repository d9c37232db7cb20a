import { sectionExamples } from './examples.ts'
import { openSettings } from './open-settings.ts'
import { isMapping } from './schema-walk.ts'

interface Node {
  readonly title?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly items?: Node
  readonly anyOf?: readonly Node[]
}

/**
 * A JSON Schema with what editors show: the name of each setting as its title, descriptions as Markdown, and examples. Editors of the
 * Visual Studio Code family read `markdownDescription`; others ignore it.
 */
export const forEditors = (schema: object): object => {
  const { properties = {}, ...rest } = schema as Node
  return {
    title: 'GitOps Tortoise',
    ...rest,
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, node]) => [
        name,
        { ...described(node, name), ...exampleOf(name) },
      ]),
    ),
  }
}

function described(node: Node, path: string): Node {
  const { description, properties, items, anyOf, ...rest } = node
  return {
    title: path,
    ...rest,
    ...(description === undefined
      ? {}
      : { description, ...markdownOf(description), ...examplesIn(description) }),
    ...(properties === undefined ? {} : { properties: describedAll(properties, path) }),
    ...(items === undefined ? {} : { items: described(items, `${path}[]`) }),
    ...(anyOf === undefined ? {} : { anyOf }),
  }
}

const describedAll = (
  properties: Readonly<Record<string, Node>>,
  path: string,
): Readonly<Record<string, Node>> =>
  Object.fromEntries(
    Object.entries(properties).map(([name, node]) => [name, described(node, `${path}.${name}`)]),
  )

/** Plain text needs no Markdown of its own. */
const markdownOf = (description: string): object =>
  description.includes('`') ? { markdownDescription: description } : {}

/** The value that a description gives as an example: ``CPU, for example `250m`.`` */
function examplesIn(description: string): object {
  const found = /for example `([^`]+)`/i.exec(description)?.[1]
  return found === undefined ? {} : { examples: [found] }
}

function exampleOf(name: string): object {
  const text = sectionExamples[name]
  if (text === undefined) return {}
  const { raw } = openSettings({ file: name, text })
  return { examples: isMapping(raw) ? [raw[name]] : [] }
}
