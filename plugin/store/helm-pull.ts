import { runConfined } from '../io/confined.ts'
import { helmHomes, isolatedEnvironment } from '../io/isolated-environment.ts'
import type { Programs } from '../io/programs.ts'

/**
 * Runs `helm pull`, and returns whether it succeeded. All that it can reach is a loopback server of ours: it gets no other
 * URL, and its proxies refuse every connection. Rejects with `program.missing`.
 */
export async function helmPull(args: readonly string[], programs: Programs): Promise<boolean> {
  const { file } = await programs.find('helm')
  const { exitCode } = await runConfined(
    {
      files: [],
      programs: [{ name: 'helm', file }],
      args: ({ home }) => ['pull', ...args, `--destination=${home}`],
      env: (paths) => ({ ...isolatedEnvironment(paths), ...helmHomes(paths) }),
      timeoutMs: 120_000,
    },
    undefined,
  )
  return exitCode === 0
}
