import { stringify } from 'yaml'
import { type Alert, type AlertContext, alertGroups } from './alerts.ts'
import { grafanaDashboard } from './dashboard.ts'

/** Alerts for the kustomize component, whose Service gives the job its name. */
const component: AlertContext = {
  selector: 'namespace="gitops-tortoise",job="gitops-tortoise"',
  deployment: 'gitops-tortoise',
  configMap: 'tortoise-settings',
  lastSuccessHours: '80',
  pullRequestDays: '30',
}

/** Alerts for the chart, with expressions of its templates. */
const chart: AlertContext = {
  // Blanks part the braces; the template removes them.
  selector: ' {{- include "tortoise.series" . -}} ',
  deployment: '{{ include "tortoise.fullname" . }}',
  configMap: '{{ include "tortoise.configMap" . }}',
  lastSuccessHours: '{{ .Values.prometheusRule.lastSuccessHours }}',
  pullRequestDays: '{{ .Values.prometheusRule.pullRequestDays }}',
}

const written = '# Written from config/monitoring by `npm run schemas`.\n'

/** The files about alerts and dashboards that are generated, by their paths. */
export function monitoringFiles(): Readonly<Record<string, string>> {
  const dashboard = `${JSON.stringify(grafanaDashboard(), null, 2)}\n`
  return {
    'config/deploy/monitoring/prometheus-rule.yaml':
      written + stringify(ruleObject(alertGroups(component)), wide),
    'config/deploy/monitoring/gitops-tortoise.json': dashboard,
    'charts/gitops-tortoise/files/alerts.yaml': written + stringify({ groups: alertGroups(chart) }, wide),
    'charts/gitops-tortoise/files/gitops-tortoise.json': dashboard,
  }
}

const wide = { lineWidth: 0, aliasDuplicateObjects: false }

const ruleObject = (
  groups: readonly { readonly name: string; readonly rules: readonly Alert[] }[],
): object => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: { name: 'gitops-tortoise', namespace: 'gitops-tortoise' },
  spec: { groups },
})
