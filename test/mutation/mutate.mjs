// Mutation tests: Stryker changes the code in small ways, one at a time, and each change must make a test fail. Without
// arguments every room is tried in turn, and what an earlier run tried is kept where neither code nor tests have changed:
// remove `coverage/mutation` to try everything. Arguments of `stryker run` (`--mutate FILE`) make it one run of its own.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const folder = 'coverage/mutation'
const program = 'test/mutation/node_modules/@stryker-mutator/core/bin/stryker.js'

// Stryker has a manifest of its own, so that `npm ci` of the project stays small.
if (!existsSync(program))
  spawnSync('npm', ['ci', '--prefix', 'test/mutation', '--silent'], { stdio: 'inherit' })
const rooms = {
  edit: 'plugin/edit',
  prove: 'plugin/prove',
  trace: 'plugin/trace',
  steady: 'plugin/recommend/profiles/steady',
}

/** Runs Stryker; gives its exit code, 1 when the score is below the threshold. */
function stryker(args, options = {}) {
  const { status } = spawnSync(
    process.execPath,
    [program, 'run', 'test/mutation/stryker.config.mjs', ...args],
    {
      stdio: 'inherit',
      env: { ...process.env, ...options },
    },
  )
  return status ?? 1
}

/**
 * Results of an earlier run that must be tried again: Stryker does not know which tests reach code that runs while a module
 * is loaded, so it would keep such a mutant as survived whatever tests were added.
 */
function forgetSurvivors(file) {
  if (!existsSync(file)) return
  const report = JSON.parse(readFileSync(file, 'utf8'))
  for (const one of Object.values(report.files))
    one.mutants = one.mutants.filter(({ static: isStatic, status }) => !isStatic || status !== 'Survived')
  writeFileSync(file, JSON.stringify(report))
}

/** The share of mutants that a test caught, in percent, as Stryker counts it. */
function scoreOf(file) {
  const mutants = Object.values(JSON.parse(readFileSync(file, 'utf8')).files).flatMap((one) => one.mutants)
  const count = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length
  const caught = count('Killed', 'Timeout')
  return {
    mutants: mutants.length,
    caught,
    score: (100 * caught) / (caught + count('Survived', 'NoCoverage')),
  }
}

function everyRoom() {
  const summary = {}
  let code = 0
  for (const [room, path] of Object.entries(rooms)) {
    const kept = `${folder}/${room}.incremental.json`
    forgetSurvivors(kept)
    const report = `${folder}/${room}.json`
    const ended = stryker(['--mutate', `${path}/**/*.ts`, '--incremental', '--incrementalFile', kept], {
      MUTATION_REPORT: report,
    })
    code = Math.max(code, ended)
    summary[room] = scoreOf(report)
  }
  writeFileSync(`${folder}/summary.json`, `${JSON.stringify(summary, null, 2)}\n`)
  for (const [room, { mutants, caught, score }] of Object.entries(summary))
    console.log(`${room}: ${score.toFixed(1)} % (${caught} of ${mutants} mutants caught)`)
  return code
}

const args = process.argv.slice(2)
process.exitCode = args.length === 0 ? everyRoom() : stryker(args)
