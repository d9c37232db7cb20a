import { cpSync, readFileSync } from 'node:fs'
import { defineConfig } from 'rolldown'

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }

/** The programs that ship (`tortoise`, `action`) and the project's own tools, bundled as ESM for Node 20 and 24. */
export default defineConfig({
  input: {
    index: 'plugin/index.ts',
    tortoise: 'plugin/hosts/cli/main.ts',
    action: 'plugin/hosts/action/main.ts',
    'describe-commands': 'plugin/hosts/cli/describe-commands.ts',
  },
  platform: 'node',
  logLevel: 'warn',
  transform: { define: { __VERSION__: JSON.stringify(version) } },
  output: {
    dir: 'dist',
    format: 'esm',
    cleanDir: true,
    entryFileNames: '[name].js',
    // Beside the entries: what a module finds beside itself is found wherever it is bundled.
    chunkFileNames: '[name]-chunk.js',
    comments: { legal: false },
    banner: (chunk) => (chunk.fileName === 'tortoise.js' ? '#!/usr/bin/env node' : ''),
  },
  plugins: [
    {
      name: 'demo-files',
      writeBundle: () => cpSync('plugin/hosts/demo/files', 'dist/demo', { recursive: true }),
    },
  ],
})
