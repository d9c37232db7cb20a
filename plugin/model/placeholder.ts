/** The default in a text that is one placeholder of Flux: `500m` for `${CPU:=500m}`; `undefined` for any other text. */
export const placeholderDefault = (text: string): string | undefined =>
  /^\$\{[A-Za-z_]\w*:?[=-]([^{}$\\]+)\}$/.exec(text)?.[1]
