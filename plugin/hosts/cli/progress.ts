import type { Progress } from '../../model/progress.ts'

interface Terminal {
  readonly isTTY?: boolean
  readonly write: (text: string) => unknown
}

const clearLine = '\r\u001b[K'

/** Progress for people: one live line where stderr is a terminal, a line a warning everywhere. */
export function terminalProgress(terminal: Terminal): Progress {
  const live = terminal.isTTY === true
  const show = (text: string): void => {
    if (live) terminal.write(`${clearLine}${text}`)
  }
  if (live) process.once('exit', () => terminal.write(clearLine))
  return (event) => {
    switch (event.kind) {
      case 'stage':
        return show(`${event.stage} ${event.detail ?? ''}`)
      case 'step':
        return show(`${event.stage} ${event.done}/${event.total}`)
      case 'note':
        return show(event.message)
      case 'warning':
        terminal.write(`${live ? clearLine : ''}warning: ${event.message}\n`)
        return
      default:
        return event satisfies never
    }
  }
}
