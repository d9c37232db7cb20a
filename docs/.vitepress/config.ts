import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { type DefaultTheme, defineConfig, type MarkdownOptions } from 'vitepress'

const docs = join(import.meta.dirname, '..')
const { repository } = JSON.parse(readFileSync(join(docs, '../package.json'), 'utf8')) as {
  repository: { url: string }
}
/** The repository's address in a browser; its owner is set in package.json alone. */
const home = repository.url.replace(/^git\+/, '').replace(/\.git$/, '')

/** Links out of `docs/`, such as to a schema or to the chart, lead to the repository. */
const linkOut: NonNullable<MarkdownOptions['config']> = (markdown) => {
  const { rules } = markdown.renderer
  // Braces are those of Helm here, and no expressions of the site.
  for (const name of ['text', 'code_inline'] as const) {
    const render = rules[name]
    rules[name] = (...given) => (render?.(...given) ?? '').replaceAll('{{', '&#123;&#123;')
  }
  markdown.core.ruler.push('link-out', ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null
      if (href === null || /^(?:[a-z]+:|#|\/)/i.test(href)) continue
      const [path = '', anchor = ''] = href.split('#')
      const target = normalize(join(dirname(env.relativePath ?? ''), path))
      if (!target.startsWith('..') && !target.startsWith('examples')) continue
      const inRepository = normalize(join('docs', target))
      token.attrSet('href', `${home}/blob/main/${inRepository}${anchor === '' ? '' : `#${anchor}`}`)
    }
  })
}

const page = (text: string, link: string): DefaultTheme.SidebarItem => ({ text, link })

const sidebar: DefaultTheme.SidebarItem[] = [
  {
    text: 'Start',
    items: [
      page('What it is', '/overview'),
      page('Command line', '/start/cli'),
      page('GitHub Action', '/start/action'),
      page('Daemon or CronJob', '/start/daemon'),
      page('Argo CD plugin', '/start/argocd-plugin'),
      page('The demo', '/demo'),
      page('Coming from another program', '/coming-from'),
      page('Compared with others', '/comparison'),
    ],
  },
  {
    text: 'How it works',
    items: [
      page('How values are computed', '/how-it-decides'),
      page('How a value is found and proved', '/tracing'),
      page('Pull requests', '/pull-requests'),
      page('The report', '/report'),
      page('Emergencies and events', '/emergency'),
      page('What is read', '/observe'),
      page('Safety and threats', '/safety'),
      page('Architecture', '/architecture'),
    ],
  },
  {
    text: 'Use it',
    items: [
      page('Several repositories', '/repositories'),
      page('Charts from elsewhere', '/charts'),
      page('Weekly summary', '/notifications'),
      page('Troubleshooting', '/troubleshooting'),
      page('Upgrade', '/upgrade'),
    ],
  },
  {
    text: 'Reference',
    items: [
      page('Commands', '/commands'),
      page('Settings', '/settings'),
      page('Operator settings', '/operator-settings'),
      page('Action', '/action'),
      page('Metrics', '/metrics'),
      page('Glossary', '/glossary'),
    ],
  },
  {
    text: 'Contribute',
    collapsed: true,
    items: [
      page('Add a renderer', '/contributing/add-a-renderer'),
      page('Releases', '/contributing/releases'),
      page('Decisions', '/decisions/README'),
    ],
  },
]

export default defineConfig({
  title: 'GitOps Tortoise',
  description: 'Right-sizes Kubernetes workloads from live usage, in Git.',
  lang: 'en-GB',
  base: process.env['SITE_BASE'] ?? '/gitops-tortoise/',
  srcExclude: ['examples/**'],
  cleanUrls: true,
  lastUpdated: false,
  markdown: { config: linkOut, theme: { light: 'github-light', dark: 'github-dark' } },
  themeConfig: {
    sidebar,
    nav: [
      page('Start', '/overview') as DefaultTheme.NavItemWithLink,
      page('Settings', '/settings') as DefaultTheme.NavItemWithLink,
      page('Commands', '/commands') as DefaultTheme.NavItemWithLink,
    ],
    search: { provider: 'local' },
    outline: [2, 3],
    socialLinks: [{ icon: 'github', link: home }],
    editLink: { pattern: `${home}/edit/main/docs/:path`, text: 'Edit this page' },
    footer: { message: 'Apache-2.0' },
  },
})
