type Child = Node | string | number | undefined
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** An element with attributes and children. Text is set as text, never as markup. */
export function el<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(name), attributes, children)
}

/** An element of SVG with attributes and children. */
export const svg = (
  name: 'svg' | 'rect',
  attributes: Attributes,
  ...children: readonly Child[]
): SVGElement => filled(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children)

function filled<E extends Element>(made: E, attributes: Attributes, children: readonly Child[]): E {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue
    made.setAttribute(key, value === true ? '' : String(value))
  }
  made.append(...children.filter((one): one is Node | string | number => one !== undefined).map(asNode))
  return made
}

const asNode = (child: Node | string | number): Node | string =>
  typeof child === 'number' ? String(child) : child

/** An element that the page has. Throws where it does not. */
export function found(selector: string): HTMLElement {
  const one = document.querySelector<HTMLElement>(selector)
  if (one === null) throw new Error(`the page has no ${selector}`)
  return one
}

/** Text for screen readers alone. */
export const unseenText = (text: string): HTMLElement => el('span', { class: 'unseen' }, text)
