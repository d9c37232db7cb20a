import { cpSync } from 'node:fs'
import { defineConfig } from 'rolldown'

/** The programs that ship (`tortoise`, `action`) and the project's own tools, bundled as ESM for Node 20 and 24. */
export default defineConfig({
  input: {
    tortoise: 'plugin/hosts/cli/main.ts',
    action: 'plugin/hosts/action/main.ts',
  },
  platform: 'node',
  output: {
    dir: 'dist',
    format: 'esm',
    cleanDir: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
    legalComments: 'none',
    banner: (chunk) => (chunk.fileName === 'tortoise.js' ? '#!/usr/bin/env node' : ''),
  },
  plugins: [
    {
      name: 'demo-files',
      writeBundle: () => cpSync('plugin/hosts/demo/files', 'dist/demo', { recursive: true }),
    },
  ],
})
