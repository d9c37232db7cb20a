import uPlot from 'uplot'
import type { ChartData, ChartLine } from './chart-data.ts'

/** How amounts are written, and the times that are marked. */
export interface ChartOptions {
  readonly text: (value: number) => string
  /** Seconds since 1970. */
  readonly marks: readonly number[]
}

const height = 220

/** Draws a chart into an element, again when its width or the colours change. */
export function drawChart(into: HTMLElement, data: ChartData, options: ChartOptions): void {
  let drawn: uPlot | undefined
  const draw = (): void => {
    const width = into.clientWidth || 640
    drawn?.destroy()
    drawn = new uPlot(optionsFor(data, options, width), alignedData(data), into)
  }
  let width = -1
  new ResizeObserver(() => {
    if (into.clientWidth === width || into.clientWidth === 0) return
    width = into.clientWidth
    draw()
  }).observe(into)
  for (const query of ['(prefers-color-scheme: dark)', 'print'])
    matchMedia(query).addEventListener('change', () => into.isConnected && draw())
}

const alignedData = ({ times, lines }: ChartData): uPlot.AlignedData => [
  [...times],
  ...lines.map(({ values }) => [...values]),
]

/** The colour that the style gives a class. */
function colourOf(kind: string): string {
  const probe = document.createElement('i')
  probe.className = `key ${kind}`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

function optionsFor({ lines, top }: ChartData, { text, marks }: ChartOptions, width: number): uPlot.Options {
  const [ink, grid] = [colourOf('ink'), colourOf('grid')]
  const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } }
  return {
    width,
    height,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: [0, top] } },
    axes: [
      { ...axis, values: (_, times) => times.map(dayText), space: 56, size: 34 },
      { ...axis, values: (_, values) => values.map(text), size: 72 },
    ],
    series: [{}, ...lines.map(seriesFor)],
    hooks: { draw: [(plot) => drawMarks(plot, marks)] },
  }
}

const dayText = (time: number): string => new Date(time * 1000).toISOString().slice(5, 10)

function seriesFor({ kind, isStepped, name }: ChartLine): uPlot.Series {
  const stepped = isStepped ? uPlot.paths.stepped?.({ align: -1 }) : undefined
  const colour = colourOf(kind)
  return {
    label: name,
    stroke: colour,
    width: kind === 'peak' || kind === 'p99' ? 1 : 2,
    points: { show: false },
    ...(kind.startsWith('old-') ? { dash: [6, 5] } : {}),
    ...(kind === 'p95' ? { fill: colourOf('p95-fill') } : {}),
    ...(stepped === undefined ? {} : { paths: stepped }),
  }
}

/** OOM kills as lines from top to bottom. */
function drawMarks({ ctx, bbox, valToPos }: uPlot, marks: readonly number[]): void {
  ctx.save()
  ctx.strokeStyle = colourOf('kill')
  ctx.lineWidth = 2
  for (const time of marks) {
    const x = valToPos(time, 'x', true)
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
  }
  ctx.restore()
}
