{{- define "exporter.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimAll "-" }}
{{- end }}

{{/* It becomes the name of a Service, which is the narrowest of all: no dots, and a letter first. */}}
{{- define "exporter.fullname" -}}
{{- $name := include "exporter.name" . }}
{{- if .Values.fullnameOverride }}
{{- $name = .Values.fullnameOverride }}
{{- else if contains $name .Release.Name }}
{{- $name = .Release.Name }}
{{- else }}
{{- $name = printf "%s-%s" .Release.Name $name }}
{{- end }}
{{- $name = $name | trunc 63 | trimAll "-" }}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $name) }}
{{- fail (printf "%s is no name for a Service, which has a letter first and no dots: set fullnameOverride" $name) }}
{{- end }}
{{- $name }}
{{- end }}

{{- define "exporter.selectorLabels" -}}
app.kubernetes.io/name: {{ include "exporter.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Of a list: the context, and labels that the values give to some objects. What the chart itself sets wins, and no key comes twice. */}}
{{- define "exporter.labels" -}}
{{- $root := first . }}
{{- $labels := dict "helm.sh/chart" (printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_") }}
{{- $_ := set $labels "app.kubernetes.io/version" $root.Chart.AppVersion }}
{{- $_ := set $labels "app.kubernetes.io/managed-by" $root.Release.Service }}
{{- range rest . }}
{{- $labels = merge $labels (deepCopy (default dict .)) }}
{{- end }}
{{- toYaml (merge (include "exporter.selectorLabels" $root | fromYaml) $labels (deepCopy $root.Values.commonLabels)) }}
{{- end }}

{{- define "exporter.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "exporter.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "exporter.leaseName" -}}
{{- default (include "exporter.fullname" .) .Values.lease.name }}
{{- end }}

{{- define "exporter.originName" -}}
{{- printf "%s-origin" (include "exporter.fullname" . | trunc 56 | trimAll "-") }}
{{- end }}

{{/* Not empty where the pages ask for a certificate or a password, so that health checks need a port of their own. */}}
{{- define "exporter.guarded" -}}
{{- if or .Values.webConfig.existingSecret (dig "http" "web_config_file" "" .Values.config) }}yes{{ end }}
{{- end }}

{{/* The exporter's configuration: the user's, with what the chart itself provides laid over it. */}}
{{- define "exporter.config" -}}
{{- $config := deepCopy .Values.config }}
{{- if .Values.lease.enabled }}
{{- if $config.lease }}{{ fail "lease.enabled makes the lease; remove config.lease" }}{{ end }}
{{- $_ := set $config "lease" (dict "kubernetes" (dict "namespace" .Release.Namespace "name" (include "exporter.leaseName" .))) }}
{{- end }}
{{- if .Values.origin.enabled }}
{{- if $config.origin }}{{ fail "origin.enabled makes the origin; remove config.origin" }}{{ end }}
{{- $origin := dict "listen" (list ":9465") "api_key_file" "/etc/litellm-cache-exporter-origin/key" "latency" .Values.origin.latency }}
{{- if .Values.origin.webConfig.existingSecret }}
{{- $_ := set $origin "web_config_file" "/etc/litellm-cache-exporter-origin-web/web-config.yml" }}
{{- end }}
{{- $_ := set $config "origin" $origin }}
{{- end }}
{{- $given := default dict $config.http }}
{{- range list "listen" "health_listen" }}
{{- if hasKey $given . }}{{ fail (printf "the chart sets config.http.%s to what its ports and probes go by; remove it" .) }}{{ end }}
{{- end }}
{{- $http := dict "listen" (list ":9464") }}
{{- if include "exporter.guarded" . }}
{{- $_ := set $http "health_listen" (list ":9466") }}
{{- end }}
{{- if .Values.webConfig.existingSecret }}
{{- if $given.web_config_file }}{{ fail "webConfig.existingSecret gives the web configuration; remove config.http.web_config_file" }}{{ end }}
{{- $_ := set $http "web_config_file" "/etc/litellm-cache-exporter-web/web-config.yml" }}
{{- end }}
{{- $_ := set $config "http" (mergeOverwrite (deepCopy $given) $http) }}
{{- if .Values.logLevel }}
{{- $_ := set $config "log" (mergeOverwrite (deepCopy (default dict $config.log)) (dict "level" .Values.logLevel)) }}
{{- end }}
{{- toYaml $config }}
{{- end }}

{{/* A duration of Prometheus in milliseconds. */}}
{{- define "exporter.milliseconds" -}}
{{- $sum := 0 }}
{{- range $unit, $length := dict "y" 31536000000 "w" 604800000 "d" 86400000 "h" 3600000 "m" 60000 "s" 1000 "ms" 1 }}
{{- with regexFind (printf "[0-9]+%s($|[0-9])" $unit) $ }}
{{- $sum = add $sum (mul $length (regexFind "^[0-9]+" . | int64)) }}
{{- end }}
{{- end }}
{{- $sum }}
{{- end }}

{{/* A quantity of Kubernetes as a plain number. */}}
{{- define "exporter.quantity" -}}
{{- $text := trimPrefix "+" (toString .) }}
{{- $number := regexFind "^[0-9.]+([eE][-+]?[0-9]+)?" $text }}
{{- $factors := dict "" 1.0 "n" 1e-9 "u" 1e-6 "m" 1e-3 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "E" 1e18 "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 "Pi" 1125899906842624.0 "Ei" 1152921504606846976.0 }}
{{- mulf (float64 $number) (get $factors (trimPrefix $number $text)) }}
{{- end }}

{{/* Mistakes that a schema cannot see. */}}
{{- define "exporter.validate" -}}
{{- $values := .Values }}
{{- if and (gt (int $values.replicaCount) 1) (not $values.lease.enabled) (not $values.config.lease) }}
{{- fail "several replicas would all probe and pay: set lease.enabled, or config.lease" }}
{{- end }}
{{- if and $values.networkPolicy.enabled $values.lease.enabled (not $values.networkPolicy.kubernetesApi.cidr) }}
{{- fail "the lease needs the API server: set networkPolicy.kubernetesApi.cidr" }}
{{- end }}
{{- if and $values.origin.enabled (not $values.origin.existingSecret) }}
{{- fail "the origin needs the key that gateways send: set origin.existingSecret" }}
{{- end }}
{{- if and $values.config.origin (not (and (hasKey $values.config.origin "listen") (empty $values.config.origin.listen))) }}
{{- fail "config.origin would listen at a port that no Service leads to: set origin.enabled instead, or config.origin.listen to [] to check answers only" }}
{{- end }}
{{- if not (or $values.origin.enabled $values.config.origin) }}
{{- range $values.config.gateways }}
{{- if .origin }}{{ fail (printf "the gateway %s has origin: true, and there is no origin: set origin.enabled" .name) }}{{ end }}
{{- end }}
{{- end }}
{{- if and $values.serviceMonitor.enabled (eq $values.serviceMonitor.scheme "https") (not (include "exporter.guarded" .)) }}
{{- fail "serviceMonitor.scheme is https and the exporter has no certificate: set webConfig.existingSecret" }}
{{- end }}
{{- if gt (include "exporter.milliseconds" $values.serviceMonitor.scrapeTimeout | int64) (include "exporter.milliseconds" $values.serviceMonitor.interval | int64) }}
{{- fail "serviceMonitor.scrapeTimeout is longer than serviceMonitor.interval, which Prometheus refuses" }}
{{- end }}
{{- $limits := default dict $values.resources.limits }}
{{- range $resource, $request := $values.resources.requests }}
{{- with get $limits $resource }}
{{- if gt (include "exporter.quantity" $request | float64) (include "exporter.quantity" . | float64) }}
{{- fail (printf "resources.requests.%s (%v) is more than resources.limits.%s (%v)" $resource $request $resource .) }}
{{- end }}
{{- end }}
{{- end }}
{{- include "exporter.once" (dict "where" "extraEnv" "key" "name" "all" $values.extraEnv) }}
{{- include "exporter.once" (dict "where" "extraVolumes" "key" "name" "all" $values.extraVolumes) }}
{{- $volumes := list "config" }}
{{- $paths := list (dict "mountPath" "/etc/litellm-cache-exporter") }}
{{- if $values.existingSecret }}
{{- $volumes = append $volumes "secrets" }}
{{- $paths = append $paths (dict "mountPath" "/secrets") }}
{{- end }}
{{- if $values.webConfig.existingSecret }}
{{- $volumes = append $volumes "web" }}
{{- $paths = append $paths (dict "mountPath" "/etc/litellm-cache-exporter-web") }}
{{- end }}
{{- if $values.origin.enabled }}
{{- $volumes = append $volumes "origin" }}
{{- $paths = append $paths (dict "mountPath" "/etc/litellm-cache-exporter-origin") }}
{{- if $values.origin.webConfig.existingSecret }}
{{- $volumes = append $volumes "origin-web" }}
{{- $paths = append $paths (dict "mountPath" "/etc/litellm-cache-exporter-origin-web") }}
{{- end }}
{{- end }}
{{- include "exporter.once" (dict "where" "extraVolumeMounts" "key" "mountPath" "all" (concat $paths $values.extraVolumeMounts)) }}
{{- range $values.extraVolumes }}{{ $volumes = append $volumes .name }}{{ end }}
{{- range $values.extraVolumeMounts }}
{{- if not (has .name $volumes) }}{{ fail (printf "extraVolumeMounts names the volume %s, and extraVolumes has none of that name" .name) }}{{ end }}
{{- end }}
{{- include "exporter.mounted" . }}
{{- end }}

{{/* Two entries with the same key: the API server refuses some of them, and the last wins silently of others. */}}
{{- define "exporter.once" -}}
{{- $seen := dict }}
{{- range .all }}
{{- $value := get . $.key }}
{{- if hasKey $seen $value }}{{ fail (printf "%s has %s %s twice, or once beside what the chart mounts" $.where $.key $value) }}{{ end }}
{{- $_ := set $seen $value true }}
{{- end }}
{{- end }}

{{/* A file that the configuration names in a folder of the chart that is not mounted. */}}
{{- define "exporter.mounted" -}}
{{- $folders := dict "/secrets/" "existingSecret" "/etc/litellm-cache-exporter-web/" "webConfig.existingSecret" }}
{{- $mounts := list }}
{{- range .Values.extraVolumeMounts }}{{ $mounts = append $mounts (printf "%s/" (trimSuffix "/" .mountPath)) }}{{ end }}
{{- $config := toYaml .Values.config }}
{{- range $folder, $value := $folders }}
{{- $given := ternary $.Values.existingSecret $.Values.webConfig.existingSecret (eq $value "existingSecret") }}
{{- if not $given }}
{{- range $path := regexFindAll (printf "%s[^\\s\"'}]+" $folder) $config -1 }}
{{- $found := false }}
{{- range $mounts }}{{ if hasPrefix . $path }}{{ $found = true }}{{ end }}{{ end }}
{{- if not $found }}{{ fail (printf "config names the file %s, which nothing mounts: set %s" $path $value) }}{{ end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
