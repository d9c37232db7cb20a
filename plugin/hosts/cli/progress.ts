import type { Progress } from '../../model/progress.ts'
import { type Terminal, terminal } from '../../model/text/terminal.ts'

interface Stream {
  /** Width of the terminal in columns; `undefined` where lines that replace each other cannot be shown. */
  readonly columns: number | undefined
  readonly write: (text: Terminal) => void
}

/** Progress for people, and how to take the live line off the terminal before anything else is printed. */
export interface TerminalProgress {
  readonly progress: Progress
  readonly clear: () => void
}

/**
 * Progress for people: one live line where stderr is a terminal, a line a warning everywhere. The line is replaced
 * by spaces, without escapes, so it is readable on any terminal.
 */
export function terminalProgress({ columns, write }: Stream): TerminalProgress {
  let shown = 0
  const clear = (): void => {
    if (shown > 0) write(terminal`\r${' '.repeat(shown)}\r`)
    shown = 0
  }
  const show = (text: string): void => {
    if (columns === undefined) return
    // A line as wide as the terminal would wrap, and its start could not be replaced.
    const line = text.slice(0, Math.max(0, columns - 1))
    write(terminal`\r${line}${' '.repeat(Math.max(0, shown - line.length))}`)
    shown = Math.max(shown, line.length)
  }
  const print = (text: Terminal): void => {
    clear()
    write(text)
  }
  const progress: Progress = (event) => {
    switch (event.kind) {
      case 'stage':
        return show(`${event.stage} ${event.detail ?? ''}`)
      case 'step':
        return show(`${event.stage} ${event.done}/${event.total}`)
      case 'note':
        return show(event.message)
      case 'warning':
        return print(terminal`warning: ${event.message}\n`)
      default:
        return event satisfies never
    }
  }
  return { progress, clear }
}

/** Columns of a terminal that can show a live line; `undefined` for files, pipes, CI logs and terminals without control of the line. */
export function liveColumns(
  { isTTY, columns }: { readonly isTTY: boolean; readonly columns?: number | undefined },
  env: Readonly<Record<string, string | undefined>>,
): number | undefined {
  const isLog = (env['CI'] ?? '') !== '' && env['CI'] !== 'false'
  const isPlain = (env['NO_COLOR'] ?? '') !== ''
  return isTTY && !isLog && !isPlain && env['TERM'] !== 'dumb' ? columns || 80 : undefined
}

/** Whether to print colours: `FORCE_COLOR` and `NO_COLOR` decide before what the output is. https://no-color.org, https://force-color.org */
export function usesColour(isTTY: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false
  const forced = env['FORCE_COLOR']
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false'
  return isTTY && env['TERM'] !== 'dumb' && ((env['CI'] ?? '') === '' || env['CI'] === 'false')
}
