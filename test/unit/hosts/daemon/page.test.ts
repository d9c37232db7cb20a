import { expect, it } from 'vitest'
import { cachedPage } from '../../../../plugin/hosts/daemon/page.ts'

it('the page of the daemon says that no run has ended, and when the next one is', () => {
  const client = { script: 'run()', style: 'body{}', scriptHash: 'sha256-a', styleHash: 'sha256-b' }
  const frame = { program: 'gitops-tortoise', client, startedAt: new Date('2026-03-06T10:00:00Z') }
  const next = new Date('2026-03-09T04:17:00Z')
  const page = cachedPage(() => [{ name: '<daily>', cron: '17 4 * * 1-5', next }], frame)().toString()
  expect(page).toContain('No run has ended since the daemon started at 2026-03-06T10:00:00.000Z.')
  expect(page).toContain('&#60;daily&#62; (<code>17 4 * * 1-5</code>): next run at 2026-03-09T04:17:00.000Z')
  expect(page).not.toContain('Nothing to change')
})
