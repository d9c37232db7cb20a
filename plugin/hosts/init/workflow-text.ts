/** The Action as a workflow names it. */
const action = 'your-org/gitops-tortoise@v0'

/** The workflow that runs every working day and by hand. The minute is not :00, when GitHub is busiest. */
export const workflowText =
  (): string => `# Right-sizes the workloads of this repository, as tortoise.yaml says.
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
      - uses: azure/setup-helm@1a275c3b69536ee54be43f2070a358922e12c8d4 # v4.3.1
      - uses: ${action}
        with:
          mode: \${{ inputs.mode || 'pull-request' }}
`
