import * as core from '@actions/core'
import type { Data } from '../../model/text/data.ts'
import type { Markdown } from '../../model/text/markdown.ts'
import { type Terminal, terminal } from '../../model/text/terminal.ts'

/** A line of a file that an annotation belongs to, and its title. */
export interface Annotated {
  readonly file?: string
  readonly line?: number
  readonly title?: Terminal
}

const properties = ({ file, line, title }: Annotated) => ({
  ...(file === undefined ? {} : { file: terminal`${file}`.toString() }),
  ...(line === undefined ? {} : { startLine: line }),
  ...(title === undefined ? {} : { title: title.toString() }),
})

/** Everything that a step writes for the runner. This file alone uses its library for that, so that no plain string passes. */
export const runner = {
  /** Prints to the log. */
  info: (text: Terminal): void => core.info(text.toString()),
  notice: (text: Terminal, at: Annotated = {}): void => core.notice(text.toString(), properties(at)),
  warning: (text: Terminal): void => core.warning(text.toString()),
  error: (text: Terminal, at: Annotated = {}): void => core.error(text.toString(), properties(at)),
  /** Ends the step with an error. */
  failed: (text: Terminal): void => core.setFailed(text.toString()),
  output: (name: string, value: Terminal | Data | number | boolean): void =>
    core.setOutput(name, typeof value === 'object' ? value.toString() : value),
  summary: async (text: Markdown): Promise<void> => {
    await core.summary.addRaw(text.toString()).write()
  },
  secret: (text: string): void => core.setSecret(text),
}
