import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { tarOf } from './tar.ts'

/** How a server of archives answers: with the bytes, or in a way that fails. */
export type ArchiveAnswer = Uint8Array | 'cut off' | 'slow' | number

/** A server of archives on the loopback interface. */
export interface ArchiveServer {
  readonly url: URL
  /** The path of every request. */
  readonly asked: readonly string[]
  /** From now on, requests get these answers in turn; the last one repeats. */
  readonly answer: (...answers: readonly ArchiveAnswer[]) => void
  readonly close: () => Promise<void>
}

/** An archive as programs are released: gzipped tar, by path. */
export const archiveOf = (files: Readonly<Record<string, string | Uint8Array>>): Uint8Array =>
  gzipSync(tarOf(files))

/** Starts the server. It answers 404 until it is given an answer. */
export async function startArchiveServer(): Promise<ArchiveServer> {
  const asked: string[] = []
  let answers: readonly ArchiveAnswer[] = [404]
  const server = createServer(({ url = '' }, response) => {
    asked.push(url)
    send(response, answers[0] ?? 404)
    if (answers.length > 1) answers = answers.slice(1)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/tools`),
    asked,
    answer: (...next) => {
      answers = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function send(response: ServerResponse, answer: ArchiveAnswer): void {
  if (typeof answer === 'number') {
    response.writeHead(answer).end()
  } else if (answer === 'cut off') {
    response.writeHead(200, { 'content-length': '1000' })
    response.write('x'.repeat(500), () => response.destroy())
  } else if (answer === 'slow') {
    response.writeHead(200).write('x')
  } else response.end(answer)
}
