import DefaultTheme from 'vitepress/theme'
import { h } from 'vue'
import './site.css'

/** A change of the demo with its backtest, beside the title of the first page. */
const diff = [
  ['', 'apps/overlays/prod/kustomization.yaml'],
  ['', '    resources:'],
  ['', '      requests:'],
  ['removed', '-       cpu: 250m'],
  ['added', '+       cpu: 390m'],
  ['removed', '-       memory: 192Mi  # see the postmortem'],
  ['added', '+       memory: 356Mi  # see the postmortem'],
  ['', ''],
  ['said', 'OOM kills in 14 days: 6 → 0'],
  ['said', 'CPU above its request: 15.28 % → 0.89 %'],
  ['said', 'Cost a month: 24.12 USD → 25.26 USD'],
]

export default {
  extends: DefaultTheme,
  Layout: () =>
    h(DefaultTheme.Layout, null, {
      'home-hero-image': () =>
        h(
          'pre',
          { class: 'change', 'aria-label': 'An example of a change' },
          diff.map(([kind, text]) => h('span', { class: kind }, `${text}\n`)),
        ),
    }),
}
