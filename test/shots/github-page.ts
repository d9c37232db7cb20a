import { readFileSync } from 'node:fs'
import { marked } from 'marked'

const css = readFileSync('node_modules/github-markdown-css/github-markdown.css', 'utf8')

/** Markdown as a page in the style of GitHub, with its charts still as text. */
export function githubPage(title: string, markdown: string): string {
  const body = marked.parse(markdown, { gfm: true, async: false })
  const charts = body.replaceAll(
    /<pre><code class="language-mermaid">([\s\S]*?)<\/code><\/pre>/g,
    '<pre class="mermaid">$1</pre>',
  )
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><style>${css}
body { margin: 0; background: light-dark(#fff, #0d1117); color-scheme: light dark }
.markdown-body { max-width: 920px; margin: 0 auto; padding: 24px 16px } .mermaid { text-align: center; background: none !important }</style></head>
<body><main class="markdown-body"><h1>${title}</h1>${charts}</main></body></html>`
}

/** The script that draws charts as GitHub does. */
export const mermaidScript = 'test/tools/node_modules/mermaid/dist/mermaid.min.js'
