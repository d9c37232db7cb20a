/** A metric of the daemon: its type, what it says, and its labels. */
export interface MetricFamily {
  readonly type: 'counter' | 'gauge'
  readonly help: string
  readonly labels: readonly string[]
}

/** Labels of a run: `repository` and `branch` where the daemon works on several. */
const run = ['schedule', 'repository', 'branch'] as const
const place = ['repository', 'branch'] as const
const namespace = ['cluster', 'namespace'] as const

const pods = 'Sum over all pods of the managed workloads.'
const still = 'What merged changes that are followed and still in force took off the requests of all pods.'

/**
 * The metrics of the daemon by name. Names and units follow
 * https://prometheus.io/docs/practices/naming/: base units, `_total` for counters, times as seconds since 1970.
 */
export const metricFamilies = {
  tortoise_build_info: {
    type: 'gauge',
    help: 'Always 1. The labels name the version and the Node.js that runs it.',
    labels: ['version', 'nodejs_version'],
  },
  tortoise_runs_total: {
    type: 'counter',
    help: 'Runs by result: done, failed or skipped.',
    labels: [...run, 'result'],
  },
  tortoise_run_duration_seconds: {
    type: 'gauge',
    help: 'Duration of the last run.',
    labels: ['schedule'],
  },
  tortoise_last_success_timestamp_seconds: {
    type: 'gauge',
    help: 'Time of the last successful run.',
    labels: run,
  },
  tortoise_next_run_timestamp_seconds: { type: 'gauge', help: 'Time of the next run.', labels: ['schedule'] },
  tortoise_running: { type: 'gauge', help: 'Whether a run is in progress.', labels: [] },
  tortoise_leader: {
    type: 'gauge',
    help: 'Whether this replica runs the schedules. Absent without leader election.',
    labels: [],
  },
  tortoise_settings_valid: {
    type: 'gauge',
    help: 'Whether the settings that were read last are valid.',
    labels: [],
  },
  tortoise_commits_total: { type: 'counter', help: 'Created commits.', labels: run },
  tortoise_changes: { type: 'gauge', help: 'Values that should change, in the last run.', labels: run },
  tortoise_unsure: {
    type: 'gauge',
    help: 'Values that cannot be decided yet, in the last run.',
    labels: run,
  },
  tortoise_skipped: { type: 'gauge', help: 'Skipped values, in the last run.', labels: run },
  tortoise_workloads_skipped: {
    type: 'gauge',
    help: 'Workloads with a skipped or undecided value by the kind of reason, in the last whole run. A source that fails counts as one.',
    labels: [...run, 'reason'],
  },
  tortoise_net_cpu_request_cores: {
    type: 'gauge',
    help: 'CPU that the changes of the last run add to the requests of all pods. Negative numbers are savings.',
    labels: run,
  },
  tortoise_net_memory_request_bytes: {
    type: 'gauge',
    help: 'Memory that the changes of the last run add to the requests of all pods. Negative numbers are savings.',
    labels: run,
  },
  tortoise_pull_requests: {
    type: 'gauge',
    help: 'Pull requests by state: open, waiting for a free slot, blocked by a commit of somebody else, and merged or closed within deliver.pullRequests.rememberDays.',
    labels: [...place, 'state'],
  },
  tortoise_oldest_open_pull_request_timestamp_seconds: {
    type: 'gauge',
    help: 'When the oldest open pull request was opened. Absent where none is open.',
    labels: place,
  },
  tortoise_managed_workloads: {
    type: 'gauge',
    help: 'Workloads that the sources declare, in the last whole run.',
    labels: namespace,
  },
  tortoise_managed_pods: {
    type: 'gauge',
    help: 'Pods of these workloads, on average over the window of usage.',
    labels: namespace,
  },
  tortoise_cpu_requested_cores: { type: 'gauge', help: `Requested CPU. ${pods}`, labels: namespace },
  tortoise_cpu_used_cores: {
    type: 'gauge',
    help: `Used CPU, on average over the window of usage. ${pods}`,
    labels: namespace,
  },
  tortoise_cpu_recommended_cores: {
    type: 'gauge',
    help: `CPU that would be requested with the proposed values. ${pods}`,
    labels: namespace,
  },
  tortoise_cpu_saved_cores: { type: 'gauge', help: `CPU. ${still}`, labels: namespace },
  tortoise_memory_requested_bytes: { type: 'gauge', help: `Requested memory. ${pods}`, labels: namespace },
  tortoise_memory_used_bytes: {
    type: 'gauge',
    help: `Used memory, on average over the window of usage. ${pods}`,
    labels: namespace,
  },
  tortoise_memory_recommended_bytes: {
    type: 'gauge',
    help: `Memory that would be requested with the proposed values. ${pods}`,
    labels: namespace,
  },
  tortoise_memory_saved_bytes: { type: 'gauge', help: `Memory. ${still}`, labels: namespace },
  tortoise_workloads_with_usage: {
    type: 'gauge',
    help: 'Workloads of a cluster that have usage, in the last run.',
    labels: [...run, 'cluster'],
  },
  tortoise_workloads_managed: {
    type: 'gauge',
    help: 'Those among them that sources declare.',
    labels: [...run, 'cluster'],
  },
  tortoise_managed_cpu_request_ratio: {
    type: 'gauge',
    help: 'What managed workloads request of the CPU that all workloads with usage request, 0 to 1.',
    labels: [...run, 'cluster'],
  },
  tortoise_managed_memory_request_ratio: {
    type: 'gauge',
    help: 'The same for memory.',
    labels: [...run, 'cluster'],
  },
  tortoise_usage_queries_total: {
    type: 'counter',
    help: 'Queries for usage data.',
    labels: ['cluster', 'origin'],
  },
  tortoise_usage_query_seconds_total: {
    type: 'counter',
    help: 'Time spent on responses to these queries. Parallel ones are added up.',
    labels: ['cluster', 'origin'],
  },
  tortoise_usage_query_samples_total: {
    type: 'counter',
    help: 'Samples in these responses.',
    labels: ['cluster', 'origin'],
  },
  tortoise_samples_total: {
    type: 'counter',
    help: 'Container samples that were read from metrics-server.',
    labels: ['cluster'],
  },
  tortoise_last_sample_timestamp_seconds: {
    type: 'gauge',
    help: 'Time of the last sample from metrics-server.',
    labels: ['cluster'],
  },
  tortoise_notifications_total: {
    type: 'counter',
    help: 'Summaries that were sent to chats and webhooks, by result: sent or failed.',
    labels: ['target', 'result'],
  },
} as const satisfies Readonly<Record<string, MetricFamily>>

export type MetricName = keyof typeof metricFamilies
