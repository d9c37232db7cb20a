import { runConfined } from '../io/confined.ts'
import { helmHomes, isolatedEnvironment } from '../io/isolated-environment.ts'
import type { Programs } from '../io/programs.ts'
import { serverMessage } from '../model/text/clean.ts'

/**
 * Runs `helm pull`. All that it can reach is a loopback server of ours: it gets no other URL, and its proxies refuse every
 * connection. Returns what it says when it fails, `undefined` when it succeeds. Rejects with `program.missing`.
 */
export async function helmPull(args: readonly string[], programs: Programs): Promise<string | undefined> {
  const { file } = await programs.find('helm')
  const outcome = await runConfined(
    {
      files: [],
      programs: [{ name: 'helm', file }],
      args: ({ home }) => ['pull', ...args, `--destination=${home}`],
      env: (paths) => ({ ...isolatedEnvironment(paths), ...helmHomes(paths) }),
      timeoutMs: 120_000,
    },
    undefined,
  )
  if (outcome.exitCode === 0) return undefined
  const lines = outcome.stderr.split('\n').filter((line) => /\S/.test(line) && !/^level=|^WARN/i.test(line))
  return serverMessage(lines.at(-1)?.replace(/^Error: /, '') ?? 'helm pull failed')
}
