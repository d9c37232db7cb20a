// Moves the clock of a Node program: `NODE_OPTIONS=--import=PATH/clock.mjs LAB_TIME=2026-03-01T00:00:00Z node …`.
// The product knows nothing of it; its commits get the time of the lab.
const RealDate = Date
const offset = RealDate.parse(process.env['LAB_TIME'] ?? '') - RealDate.now()
if (!Number.isFinite(offset)) throw new Error('LAB_TIME must be a time')

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + offset)
    else super(...parts)
  }
  static now() {
    return RealDate.now() + offset
  }
}
