/** The rooms from the lowest layer to the highest. Rooms of one layer do not import each other. */
export const layers: readonly (readonly string[])[] = [
  ['model'],
  ['yaml', 'io'],
  ['observe', 'recommend', 'trace', 'edit', 'prove', 'deliver', 'report', 'store', 'renderers'],
  ['plan', 'config', 'page'],
  ['run'],
  ['hosts'],
]

/** The room of a file: its folder below `plugin`, or `renderers` or `config`. */
export function roomOf(file: string): string {
  const [top = '', below = ''] = file.split('/')
  return top === 'plugin' ? below : top
}

/** The number of a room's layer, 0 for the lowest. Throws for a room that no layer lists. */
export function layerOf(room: string): number {
  const layer = layers.findIndex((rooms) => rooms.includes(room))
  if (layer === -1) throw new Error(`${room} is in no layer: add it to test/structure/layers.ts`)
  return layer
}

/** Groups of modules that import each other in a circle; types count. */
export function cyclesIn(imports: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const cycles: string[][] = []
  const visit = (file: string): number => {
    const number = index.size
    index.set(file, number)
    low.set(file, number)
    stack.push(file)
    for (const next of imports.get(file) ?? []) {
      const reached = index.has(next) ? (stack.includes(next) ? (index.get(next) ?? 0) : number) : visit(next)
      low.set(file, Math.min(low.get(file) ?? 0, reached))
    }
    if (low.get(file) === number) {
      const circle = stack.splice(stack.indexOf(file))
      if (circle.length > 1) cycles.push(circle)
    }
    return low.get(file) ?? number
  }
  for (const file of imports.keys()) if (!index.has(file)) visit(file)
  return cycles
}
