{{/* Why a schedule of the daemon is refused; empty for one that can be used: the text of the schedule. */}}
{{- define "tortoise.daemonCronProblem" -}}
{{- if not (regexMatch "(?i)^ *@(yearly|annually|monthly|weekly|daily|midnight|hourly) *$" .) -}}
{{- $fields := fromYamlArray (include "tortoise.daemonFields" .) -}}
{{- $texts := splitList " " (regexReplaceAll " +" (trimAll " " .) " ") -}}
{{- if eq (len $texts) 5 -}}
{{- $fields = rest $fields -}}
{{- end -}}
{{- if ne (len $texts) (len $fields) -}}
{{- printf "%q is not a cron expression. Write five fields (minute, hour, day of the month, month, weekday), or six with seconds first." . -}}
{{- else -}}
{{- include "tortoise.fieldProblem" (dict "cron" . "texts" $texts "fields" $fields) -}}
{{- $texts = reverse $texts -}}
{{- $day := index $texts 2 -}}
{{- $isNever := and (regexMatch "^0*31(,0*31)*$" $day) (regexMatch "(?i)^(0*2|0*4|0*6|0*9|11|feb(ruary)?|apr(il)?|june?|sep(tember)?|nov(ember)?)(,(0*2|0*4|0*6|0*9|11|feb(ruary)?|apr(il)?|june?|sep(tember)?|nov(ember)?))*$" (index $texts 1)) -}}
{{- if or $isNever (and (regexMatch "^0*3[01](,0*3[01])*$" $day) (regexMatch "(?i)^(0*2|feb(ruary)?)$" (index $texts 1))) -}}
{{- printf "the cron expression %q never matches, because its months have no day %s." . $day -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Why the schedule of a CronJob is refused; empty for one that can be used: the text of the schedule. */}}
{{- define "tortoise.jobCronProblem" -}}
{{- if not (regexMatch "^@(yearly|annually|monthly|weekly|daily|midnight|hourly|every ([0-9.]+(ns|us|µs|ms|s|m|h))+)$" .) -}}
{{- $fields := fromYamlArray (include "tortoise.jobFields" .) -}}
{{- $texts := splitList " " (regexReplaceAll "\\s+" (trim .) " ") -}}
{{- if ne (len $texts) (len $fields) -}}
{{- printf "%q is not the schedule of a CronJob. Write five fields (minute, hour, day of the month, month, weekday)." . -}}
{{- else -}}
{{- include "tortoise.fieldProblem" (dict "cron" . "texts" $texts "fields" $fields) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Why the first field that is wrong is refused: dict "cron" TEXT "texts" LIST "fields" LIST. */}}
{{- define "tortoise.fieldProblem" -}}
{{- $problem := "" -}}
{{- range $index, $field := .fields -}}
{{- $text := index $.texts $index -}}
{{- range $item := splitList "," $text -}}
{{- if not (or $problem (regexMatch $field.item $item) (and $field.any (eq $text "?"))) -}}
{{- $problem = printf "%q cannot be the %s of the cron expression %q." $text $field.name $.cron -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $problem -}}
{{- end -}}

{{/* Why a time zone is refused; empty for one that can exist: its name. */}}
{{- define "tortoise.zoneProblem" -}}
{{- if or (not (regexMatch "^([A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*|[+-][0-9]{2}(:?[0-9]{2})?)$" .)) (regexMatch "^(UTC|GMT)[+-][1-9]" .) -}}
{{- printf "%q is not an IANA time zone, such as Europe/Berlin." . -}}
{{- end -}}
{{- end -}}

{{/* Stops at a setting of `serve` that the daemon refuses: dict "path" PATH "serve" SERVE. */}}
{{- define "tortoise.checkServe" -}}
{{- $names := list -}}
{{- range $index, $one := .serve.schedules -}}
{{- $name := default (printf "%d" (add1 $index)) $one.name -}}
{{- if has $name $names -}}
{{- fail (printf "`%s.schedules`: two schedules have the name %s." $.path $name) -}}
{{- end -}}
{{- $names = append $names $name -}}
{{- with include "tortoise.daemonCronProblem" $one.cron -}}
{{- fail (printf "`%s.schedules[%d].cron`: %s" $.path $index .) -}}
{{- end -}}
{{- end -}}
{{- with include "tortoise.zoneProblem" (default "Etc/UTC" .serve.timeZone) -}}
{{- fail (printf "`%s.timeZone`: %s" $.path .) -}}
{{- end -}}
{{- end -}}

{{/* Stops at a schedule or a time zone of the values that cannot be used. */}}
{{- define "tortoise.checkSchedules" -}}
{{- range $name := list "settings" "operatorSettings" -}}
{{- with (get $.Values $name).serve -}}
{{- include "tortoise.checkServe" (dict "path" (printf "%s.serve" $name) "serve" .) -}}
{{- end -}}
{{- end -}}
{{- if eq .Values.mode "cronjob" -}}
{{- with include "tortoise.jobCronProblem" .Values.cronjob.schedule -}}
{{- fail (printf "`cronjob.schedule`: %s" .) -}}
{{- end -}}
{{- with include "tortoise.zoneProblem" .Values.cronjob.timeZone -}}
{{- fail (printf "`cronjob.timeZone`: %s" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
