/** The default in a text that is one placeholder of Flux: `500m` for `${CPU:=500m}`; `undefined` for any other text. */
export const placeholderDefault = (text: string): string | undefined =>
  /^\$\{[A-Za-z_]\w*:?[=-]([^{}$\\]+)\}$/.exec(text)?.[1]

/** The variable of such a text. */
export const placeholderVariable = (text: string): string | undefined =>
  placeholderDefault(text) === undefined ? undefined : /^\$\{(\w+)/.exec(text)?.[1]
