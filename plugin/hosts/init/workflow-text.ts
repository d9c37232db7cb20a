/** The Action as a workflow names it. */
const action = 'your-org/gitops-tortoise@v0'

/** The file of operator settings in a repository. The Action reads it from the default branch. */
const operatorFile = '.github/tortoise-operator.yaml'

/**
 * The workflow that runs every working day and by hand, with operator settings as a comment. The minute is not :00, when
 * GitHub is busiest.
 */
export const workflowText = (operator = ''): string => `${workflow}${operatorComment(operator)}`

const operatorComment = (operator: string): string =>
  operator === ''
    ? ''
    : [
        `          # Servers and credentials come from ${operatorFile} on the default branch. Commit it with:`,
        ...operator
          .trimEnd()
          .split('\n')
          .filter((line) => !line.startsWith('#'))
          .map((line) => `          #   ${line}`),
        '',
      ].join('\n')

const workflow = `# Right-sizes the workloads of this repository, as tortoise.yaml says.
# The Action is not published yet: copy it into a repository of yours, and change its name below (docs/start/action.md).
name: Right-size
on:
  schedule:
    - cron: "17 4 * * 1-5"
  workflow_dispatch:
    inputs:
      mode:
        description: How changes are delivered
        type: choice
        options: [pull-request, report]
        default: pull-request
permissions:
  contents: write
  pull-requests: write
concurrency:
  group: right-size
  cancel-in-progress: false
jobs:
  right-size:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@fbc6f3992d24b796d5a048ff273f7fcc4a7b6c09 # v5.1.0
        with:
          # Earlier commits say what Tortoise changed, and what became of it.
          fetch-depth: 0
          persist-credentials: false
      - uses: ${action}
        with:
          mode: \${{ inputs.mode || 'pull-request' }}
`
