import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory } from '../cache.mjs'

/** The commit of KRR that the lab runs. */
export const krrCommit = 'd6baa7453effd96d330e24c187942e92bc82094b'
/** The release of the Vertical Pod Autoscaler. `go.mod` in this folder pins the same. */
export const vpaVersion = 'v1.8.1'

/** KRR's checkout and its virtual environment. */
export const krrDirectory = cacheDirectory(`krr-${krrCommit.slice(0, 7)}`)
/** The recommender, and the definitions of its custom resources. */
export const vpaDirectory = cacheDirectory(`vpa-recommender-${vpaVersion}`)

/** Python and the script of KRR; `undefined` when `npm run lab:peers` has not run. */
export function krrProgram() {
  const [python, script] = [join(krrDirectory, 'venv/bin/python'), join(krrDirectory, 'source/krr.py')]
  return existsSync(python) && existsSync(script) ? { python, script } : undefined
}

/** The VPA's recommender and the directory of its definitions; `undefined` when `npm run lab:peers` has not run. */
export function vpaProgram() {
  const [recommender, definitions] = [join(vpaDirectory, 'recommender'), join(vpaDirectory, 'crds')]
  return existsSync(recommender) && existsSync(definitions) ? { recommender, definitions } : undefined
}
