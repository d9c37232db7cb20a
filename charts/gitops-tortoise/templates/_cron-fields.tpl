{{/* Written from config/chart/cron-fields.ts by `npm run schemas`. An item is one of those that commas separate. */}}

{{- define "tortoise.daemonFields" -}}
- { name: second, any: false, item: '(?i)^(?:(?:\*|0*[1-5]?[0-9]-0*[1-5]?[0-9])(?:/0*[1-9][0-9]*)?|0*[1-5]?[0-9])$' }
- { name: minute, any: false, item: '(?i)^(?:(?:\*|0*[1-5]?[0-9]-0*[1-5]?[0-9])(?:/0*[1-9][0-9]*)?|0*[1-5]?[0-9])$' }
- { name: hour, any: false, item: '(?i)^(?:(?:\*|0*(?:1?[0-9]|2[0-3])-0*(?:1?[0-9]|2[0-3]))(?:/0*[1-9][0-9]*)?|0*(?:1?[0-9]|2[0-3]))$' }
- { name: day of the month, any: true, item: '(?i)^(?:(?:\*|0*(?:[1-9]|[12][0-9]|3[01])-0*(?:[1-9]|[12][0-9]|3[01]))(?:/0*[1-9][0-9]*)?|0*(?:[1-9]|[12][0-9]|3[01])|l|l-0?[1-9]|l-[12][0-9]|l-30|lw|0?[1-9]w|[12][0-9]w|3[01]w)$' }
- { name: month, any: false, item: '(?i)^(?:(?:\*|(?:0*(?:[1-9]|1[0-2])|january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)-(?:0*(?:[1-9]|1[0-2])|january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec))(?:/0*[1-9][0-9]*)?|(?:0*(?:[1-9]|1[0-2])|january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec))$' }
- { name: weekday, any: true, item: '(?i)^(?:(?:\*|(?:0*[0-7]|sunday|monday|tuesday|wednesday|thursday|friday|saturday|sun|mon|tue|wed|thu|fri|sat)-(?:0*[0-7]|sunday|monday|tuesday|wednesday|thursday|friday|saturday|sun|mon|tue|wed|thu|fri|sat))(?:/0*[1-9][0-9]*)?|(?:0*[0-7]|sunday|monday|tuesday|wednesday|thursday|friday|saturday|sun|mon|tue|wed|thu|fri|sat)|(?:[0-7]|sunday|monday|tuesday|wednesday|thursday|friday|saturday|sun|mon|tue|wed|thu|fri|sat)l|(?:[0-7]|sunday|monday|tuesday|wednesday|thursday|friday|saturday|sun|mon|tue|wed|thu|fri|sat)#[1-5])$' }
{{- end -}}

{{- define "tortoise.jobFields" -}}
- { name: minute, any: false, item: '(?i)^(?:(?:[*?]|0*[1-5]?[0-9](?:-0*[1-5]?[0-9])?)(?:/0*[1-9][0-9]*)?)$' }
- { name: hour, any: false, item: '(?i)^(?:(?:[*?]|0*(?:1?[0-9]|2[0-3])(?:-0*(?:1?[0-9]|2[0-3]))?)(?:/0*[1-9][0-9]*)?)$' }
- { name: day of the month, any: false, item: '(?i)^(?:(?:[*?]|0*(?:[1-9]|[12][0-9]|3[01])(?:-0*(?:[1-9]|[12][0-9]|3[01]))?)(?:/0*[1-9][0-9]*)?)$' }
- { name: month, any: false, item: '(?i)^(?:(?:[*?]|(?:0*(?:[1-9]|1[0-2])|may|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)(?:-(?:0*(?:[1-9]|1[0-2])|may|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec))?)(?:/0*[1-9][0-9]*)?)$' }
- { name: weekday, any: false, item: '(?i)^(?:(?:[*?]|(?:0*[0-6]|sun|mon|tue|wed|thu|fri|sat)(?:-(?:0*[0-6]|sun|mon|tue|wed|thu|fri|sat))?)(?:/0*[1-9][0-9]*)?)$' }
{{- end -}}
