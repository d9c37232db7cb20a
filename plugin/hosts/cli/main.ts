declare const __VERSION__: string

// Only the version is printed from here: everything else, commander included, is loaded when it is needed.
const [first] = process.argv.slice(2)
if (first === '--version' || first === '-V') process.stdout.write(`${__VERSION__}\n`)
else await (await import('./start.ts')).start(process.argv.slice(2))
