import type { Command } from 'commander'
import type { Host } from '../../run/host.ts'

/** Makes the commander command of one module. */
export type MakeCommand = (host: Host) => Command

/** The module of each command, in the order of `--help`. Each is loaded only when its command runs. */
export const commands: Readonly<Record<string, () => Promise<MakeCommand>>> = {
  demo: async () => (await import('./demo.ts')).demoCommand,
  init: async () => (await import('./init.ts')).initCommand,
  plan: async () => (await import('./plan.ts')).planCommand,
  backtest: async () => (await import('./backtest.ts')).backtestCommand,
  run: async () => (await import('./run.ts')).runCommand,
  notify: async () => (await import('./notify.ts')).notifyCommand,
  doctor: async () => (await import('./doctor.ts')).doctorCommand,
  report: async () => (await import('./report.ts')).reportCommand,
  discover: async () => (await import('./discover.ts')).discoverCommand,
  trace: async () => (await import('./trace.ts')).traceCommand,
  serve: async () => (await import('./serve.ts')).serveCommand,
  set: async () => (await import('./set.ts')).setCommand,
  render: async () => (await import('./render.ts')).renderCommand,
  explain: async () => (await import('./explain.ts')).explainCommand,
  emergency: async () => (await import('./emergency.ts')).emergencyCommand,
  snapshot: async () => (await import('./snapshot.ts')).snapshotCommand,
  completion: async () => (await import('./completion/completion.ts')).completionCommand,
}
