{{- define "queue.sizes" -}}
{{- $sizes := dict
  "small" (dict "requests" (dict "cpu" "100m" "memory" "128Mi") "limits" (dict "memory" "192Mi"))
  "large" (dict "requests" (dict "cpu" "500m" "memory" "512Mi" "ephemeral-storage" "1Gi") "limits" (dict "memory" "768Mi"))
}}
{{- index $sizes . | toYaml }}
{{- end -}}
