// Moves the clock of a Node program: `NODE_OPTIONS=--import=PATH/clock.mjs LAB_TIME=2026-03-01T00:00:00Z node …`.
// The product knows nothing of it; its commits get the time of the lab. With LAB_CLOCK=FILE the clock jumps to each time
// that is written to the file, and timers of 20 seconds and more end when they are due by this clock.
import { readFileSync } from 'node:fs'

const RealDate = Date
let offset = RealDate.parse(process.env['LAB_TIME'] ?? '') - RealDate.now()
if (!Number.isFinite(offset)) throw new Error('LAB_TIME must be a time')
const now = () => RealDate.now() + offset

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(now())
    else super(...parts)
  }
  static now() {
    return now()
  }
}

const file = process.env['LAB_CLOCK']
if (file !== undefined) followFile(file)

function followFile(path) {
  const { setTimeout: begin, clearTimeout: end, setInterval: repeat } = globalThis
  /** Long timers by the handle that their caller has. A jump replaces the timer behind it. */
  const waiting = new Map()
  const wait = (handle, { due, call }) => {
    const timer = begin(
      () => {
        waiting.delete(handle ?? timer)
        call()
      },
      Math.max(0, due - now()),
    )
    waiting.set(handle ?? timer, { due, call, timer })
    return timer
  }
  const long = (call, delay = 0, ...rest) =>
    delay < 20_000
      ? begin(call, delay, ...rest)
      : wait(undefined, { due: now() + delay, call: () => call(...rest) })
  globalThis.setTimeout = Object.assign(long, begin)
  globalThis.clearTimeout = (handle) => {
    end(waiting.get(handle)?.timer ?? handle)
    waiting.delete(handle)
  }
  let last = ''
  repeat(() => {
    const text = readFileSync(path, 'utf8').trim()
    if (text === last || text === '') return
    last = text
    offset = RealDate.parse(text) - RealDate.now()
    for (const [handle, { timer, ...one }] of [...waiting]) {
      end(timer)
      const next = wait(handle, one)
      if (!handle.hasRef()) next.unref()
    }
  }, 50).unref()
}
