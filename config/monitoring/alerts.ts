/** What the alerts are about: texts of a manifest, or expressions of a Helm template. */
export interface AlertContext {
  /** Label matchers of the daemon's own series, without braces. */
  readonly selector: string
  readonly deployment: string
  readonly configMap: string
  readonly lastSuccessHours: string
  readonly pullRequestDays: string
}

/** An alert of Prometheus. */
export interface Alert {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels: { readonly severity: 'warning' | 'info' }
  readonly annotations: { readonly summary: string; readonly description: string }
}

/** The groups of a PrometheusRule about the daemon. */
export function alertGroups(context: AlertContext): readonly { name: string; rules: readonly Alert[] }[] {
  return [{ name: 'gitops-tortoise', rules: [...runAlerts(context), ...attentionAlerts(context)] }]
}

const warning = { severity: 'warning' } as const

function runAlerts({ selector, deployment, configMap, lastSuccessHours }: AlertContext): readonly Alert[] {
  const readLog = `Read the log of the Deployment ${deployment}, which has the error of each run.`
  return [
    {
      alert: 'TortoiseDown',
      expr: `absent(up{${selector}} == 1)`,
      for: '15m',
      labels: warning,
      annotations: {
        summary: 'No pod of GitOps Tortoise answers.',
        description: `Read the events and the log of the Deployment ${deployment}.`,
      },
    },
    {
      alert: 'TortoiseNoSuccessfulRun',
      expr: noSuccess(selector, lastSuccessHours),
      for: '15m',
      labels: warning,
      annotations: {
        summary: `A schedule of GitOps Tortoise has had no successful run for ${lastSuccessHours} hours.`,
        description: readLog,
      },
    },
    {
      alert: 'TortoiseRunsFail',
      expr: `sum(increase(tortoise_runs_total{${selector},result="failed"}[6h])) > 2`,
      labels: warning,
      annotations: { summary: 'Runs of GitOps Tortoise fail.', description: readLog },
    },
    {
      alert: 'TortoiseSettingsInvalid',
      expr: `min(tortoise_settings_valid{${selector}}) == 0`,
      for: '5m',
      labels: warning,
      annotations: {
        summary: 'The settings of GitOps Tortoise are invalid. The daemon keeps the old ones.',
        description: `Fix the ConfigMap ${configMap}. The log has the place of the error.`,
      },
    },
  ]
}

/**
 * Seconds since the last success, where that is too long ago. A daemon that lost its state directory does not serve the time
 * of a success before that, so a schedule that is there for so long and had no success in all that time counts too.
 */
function noSuccess(selector: string, hours: string): string {
  const [success, next] = [
    `tortoise_last_success_timestamp_seconds{${selector}}`,
    `tortoise_next_run_timestamp_seconds{${selector}}`,
  ]
  const seconds = `${hours} * 3600`
  const stale = `time() - max by (schedule, repository, branch) (${success}) > ${seconds}`
  const known = `max by (schedule) (${next}) and max by (schedule) (last_over_time(${next}[1h] offset ${hours}h))`
  const succeeded = `time() - max by (schedule) (max_over_time(${success}[${hours}h])) < ${seconds}`
  return `${stale} or on (schedule) ((${known}) unless (${succeeded}))`
}

function attentionAlerts({ selector, deployment, pullRequestDays }: AlertContext): readonly Alert[] {
  const oldest = 'tortoise_oldest_open_pull_request_timestamp_seconds'
  return [
    {
      alert: 'TortoisePullRequestWaits',
      expr: `time() - min by (repository, branch) (${oldest}{${selector}}) > ${pullRequestDays} * 86400`,
      for: '1h',
      labels: { severity: 'info' },
      annotations: {
        summary: `A pull request of GitOps Tortoise has been open for ${pullRequestDays} days.`,
        description: 'Merge it, or close it to decline its values.',
      },
    },
    {
      alert: 'TortoiseSamplesMissing',
      expr: `time() - max by (cluster) (tortoise_last_sample_timestamp_seconds{${selector}}) > 3600`,
      for: '15m',
      labels: warning,
      annotations: {
        summary: 'GitOps Tortoise has read no sample from a metrics-server for an hour.',
        description: `Read the log of the Deployment ${deployment}, and check the metrics-server of the cluster.`,
      },
    },
    {
      alert: 'TortoiseNotificationsFail',
      expr: `sum by (target) (increase(tortoise_notifications_total{${selector},result="failed"}[1d])) > 0`,
      labels: { severity: 'info' },
      annotations: {
        summary: 'A summary of GitOps Tortoise could not be sent.',
        description: `Read the log of the Deployment ${deployment}, and check the address and the token of the target.`,
      },
    },
  ]
}
