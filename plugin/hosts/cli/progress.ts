import type { Progress } from '../../model/progress.ts'
import { type Terminal, terminal } from '../../model/text/terminal.ts'

interface Stream {
  readonly isTTY: boolean
  readonly write: (text: Terminal) => void
}

const clearLine = terminal`\r\u001b[K`

/** Progress for people: one live line where stderr is a terminal, a line a warning everywhere. */
export function terminalProgress({ isTTY: live, write }: Stream): Progress {
  const show = (text: string): void => {
    if (live) write(terminal`${clearLine}${text}`)
  }
  if (live) process.once('exit', () => write(clearLine))
  return (event) => {
    switch (event.kind) {
      case 'stage':
        return show(`${event.stage} ${event.detail ?? ''}`)
      case 'step':
        return show(`${event.stage} ${event.done}/${event.total}`)
      case 'note':
        return show(event.message)
      case 'warning':
        return write(terminal`${live ? clearLine : ''}warning: ${event.message}\n`)
      default:
        return event satisfies never
    }
  }
}
