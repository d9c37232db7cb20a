{{- define "tortoise.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "tortoise.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "tortoise.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "tortoise.selectorLabels" -}}
app.kubernetes.io/name: {{ include "tortoise.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "tortoise.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name (.Chart.Version | replace "+" "_") }}
{{ include "tortoise.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "tortoise.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "tortoise.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "tortoise.image" -}}
{{- $tag := default .Chart.AppVersion .Values.image.tag -}}
{{- if .Values.image.digest -}}
{{- printf "%s:%s@%s" .Values.image.repository $tag .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository $tag -}}
{{- end -}}
{{- end -}}

{{- define "tortoise.configMap" -}}
{{- default (printf "%s-settings" (include "tortoise.fullname" .)) .Values.existingConfigMap -}}
{{- end -}}

{{/* Label matchers of the series that the ServiceMonitor scrapes. */}}
{{- define "tortoise.series" -}}
namespace="{{ .Release.Namespace }}",job="{{ include "tortoise.fullname" . }}"
{{- end -}}

{{/* Ports of `networkPolicy.egressPorts`, and of the servers that settings and variables name, as JSON. */}}
{{- define "tortoise.egressPorts" -}}
{{- $v := .Values -}}
{{- $ports := list -}}
{{- range $v.networkPolicy.egressPorts -}}
{{- $ports = append $ports (int .) -}}
{{- end -}}
{{- $text := toJson (list $v.settings $v.operatorSettings $v.extraEnv) -}}
{{- $servers := regexFindAll "https?://[^/\"\\\\?#]+" $text -1 -}}
{{- range list $v.settings $v.operatorSettings -}}
{{- $servers = concat $servers (dig "charts" "allow" list .) -}}
{{- end -}}
{{- range $servers -}}
{{- $host := regexReplaceAll "^(https?://)?([^/]*@)?([^/]*).*$" . "${3}" -}}
{{- $port := ternary "80" "443" (hasPrefix "http://" .) -}}
{{- if regexMatch "^([[][^]]*[]]|[^:]+):[0-9]+$" $host -}}
{{- $port = regexFind "[0-9]+$" $host -}}
{{- end -}}
{{- $ports = append $ports (int $port) -}}
{{- end -}}
{{- toJson (uniq $ports) -}}
{{- end -}}

{{/* Adds the election to settings: dict "root" . "settings" SETTINGS. */}}
{{- define "tortoise.withElection" -}}
{{- $settings := deepCopy .settings -}}
{{- if .root.Values.leaderElection.enabled -}}
{{- $election := dict "namespace" .root.Release.Namespace "name" (include "tortoise.fullname" .root) -}}
{{- $settings = mergeOverwrite $settings (dict "serve" (dict "leaderElection" $election)) -}}
{{- end -}}
{{- toYaml $settings -}}
{{- end -}}

{{/* Stops with what to set, where the values contradict each other. */}}
{{- define "tortoise.check" -}}
{{- $v := .Values -}}
{{- if not $v.existingConfigMap -}}
{{- if and $v.repositories (not $v.operatorSettings) -}}
{{- fail "`repositories` needs `operatorSettings`, which list or discover the repositories." -}}
{{- end -}}
{{- if and $v.repositories $v.settings -}}
{{- fail "With `repositories`, each repository has its own tortoise.yaml. Move `settings` to `operatorSettings`." -}}
{{- end -}}
{{- if not (or $v.repositories $v.settings) -}}
{{- fail "Set `settings` (the content of tortoise.yaml) or `existingConfigMap`." -}}
{{- end -}}
{{- else if or $v.settings $v.operatorSettings -}}
{{- fail "`existingConfigMap` replaces `settings` and `operatorSettings`. Remove one of them." -}}
{{- end -}}
{{- if and (eq $v.mode "daemon") (gt (int $v.replicas) 1) (not $v.leaderElection.enabled) -}}
{{- fail "More than one of `replicas` needs `leaderElection.enabled: true`, so that one of them runs." -}}
{{- end -}}
{{- if and (gt (int $v.replicas) 1) $v.state.create (ne $v.state.accessMode "ReadWriteMany") -}}
{{- fail "Several replicas share the created claim. Set `state.accessMode: ReadWriteMany`, or `state.create: false`." -}}
{{- end -}}
{{- if and $v.leaderElection.enabled (ne $v.mode "daemon") -}}
{{- fail "`leaderElection` is for `mode: daemon`. A CronJob runs one pod at a time." -}}
{{- end -}}
{{- range $name := list "serviceMonitor" "prometheusRule" "grafanaDashboard" "podDisruptionBudget" -}}
{{- if and (get $v $name).enabled (ne $v.mode "daemon") -}}
{{- fail (printf "`%s` is for `mode: daemon`. A CronJob has no page, no metrics and no pod to keep. Remove `%s.enabled`." $name $name) -}}
{{- end -}}
{{- end -}}
{{- if and $v.prometheusRule.enabled (not $v.serviceMonitor.enabled) -}}
{{- fail "The alerts of `prometheusRule` select the series by the labels of the ServiceMonitor. Set `serviceMonitor.enabled: true`." -}}
{{- end -}}
{{- include "tortoise.checkSchedules" . -}}
{{- $shutdown := dig "serve" "shutdownSeconds" 25 (mergeOverwrite (deepCopy $v.operatorSettings) $v.settings) -}}
{{- if and (eq $v.mode "daemon") (le (int $v.terminationGracePeriodSeconds) (int $shutdown)) -}}
{{- fail (printf "`terminationGracePeriodSeconds` (%d) must be more than `serve.shutdownSeconds` (%d) of the settings, so that a run can end." (int $v.terminationGracePeriodSeconds) (int $shutdown)) -}}
{{- end -}}
{{- end -}}

{{/* The spec of a pod: dict "root" . "daemon" BOOLEAN. */}}
{{- define "tortoise.podSpec" -}}
{{- $root := .root -}}
{{- $v := .root.Values -}}
{{- if not .daemon }}
restartPolicy: Never
{{- end }}
serviceAccountName: {{ include "tortoise.serviceAccountName" $root }}
{{- if .daemon }}
terminationGracePeriodSeconds: {{ $v.terminationGracePeriodSeconds }}
{{- end }}
{{- with $v.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $v.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  seccompProfile: { type: RuntimeDefault }
containers:
  - name: tortoise
    image: {{ include "tortoise.image" $root | quote }}
    imagePullPolicy: {{ $v.image.pullPolicy }}
    args:
      - serve
      {{- if not .daemon }}
      - --once
      {{- end }}
      {{- if $v.repositories }}
      - --repositories
      {{- else }}
      - --settings
      - /etc/tortoise/tortoise.yaml
      {{- end }}
      {{- if or $v.repositories $v.operatorSettings }}
      - --operator-settings
      - /etc/tortoise/operator.yaml
      {{- end }}
      {{- range $v.extraArgs }}
      - {{ . | quote }}
      {{- end }}
    {{- with $v.existingSecrets }}
    envFrom:
      {{- range . }}
      - secretRef: { name: {{ . | quote }} }
      {{- end }}
    {{- end }}
    {{- with $v.extraEnv }}
    env:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- if .daemon }}
    ports:
      - { name: http, containerPort: 8080 }
    startupProbe:
      httpGet: { path: /healthz, port: http }
      failureThreshold: 30
      periodSeconds: 2
    livenessProbe:
      httpGet: { path: /healthz, port: http }
      timeoutSeconds: 5
    readinessProbe:
      httpGet: { path: /readyz, port: http }
      timeoutSeconds: 5
    {{- end }}
    resources:
      {{- toYaml $v.resources | nindent 6 }}
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities: { drop: [ALL] }
    volumeMounts:
      - { name: settings, mountPath: /etc/tortoise, readOnly: true }
      - { name: state, mountPath: /var/lib/tortoise }
      - { name: tmp, mountPath: /tmp }
      {{- with $v.extraVolumeMounts }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
volumes:
  - name: settings
    configMap: { name: {{ include "tortoise.configMap" $root }} }
  - name: state
    {{- if or $v.state.existingClaim $v.state.create }}
    persistentVolumeClaim: { claimName: {{ default (printf "%s-state" (include "tortoise.fullname" $root)) $v.state.existingClaim }} }
    {{- else }}
    emptyDir: {}
    {{- end }}
  - name: tmp
    emptyDir: {}
  {{- with $v.extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with $v.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $v.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $v.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $v.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Metadata of the pods: dict "root" . "daemon" BOOLEAN. */}}
{{- define "tortoise.podMetadata" -}}
{{- $v := .root.Values -}}
{{- $scraped := dict -}}
{{- if and .daemon (not $v.serviceMonitor.enabled) -}}
{{- $scraped = dict "prometheus.io/scrape" "true" "prometheus.io/port" "8080" -}}
{{- end -}}
{{- with merge (deepCopy $v.podAnnotations) $scraped }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
labels:
  {{- include "tortoise.selectorLabels" .root | nindent 2 }}
  {{- with $v.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* Names of objects without a namespace, so that releases in two namespaces do not share one. */}}
{{- define "tortoise.clusterRole" -}}
{{- $name := include "tortoise.fullname" . -}}
{{- if eq $name .Release.Namespace -}}
{{- $name -}}
{{- else -}}
{{- printf "%s-%s" .Release.Namespace $name -}}
{{- end -}}
{{- end -}}
