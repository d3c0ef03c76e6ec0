{{- define "exporter.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "exporter.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains (include "exporter.name" .) .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "exporter.name" .) | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "exporter.selectorLabels" -}}
app.kubernetes.io/name: {{ include "exporter.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "exporter.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "exporter.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
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

{{/* The exporter's configuration: the user's, with what the chart itself provides laid over it. */}}
{{- define "exporter.config" -}}
{{- $config := deepCopy .Values.config }}
{{- if .Values.lease.enabled }}
{{- if $config.lease }}{{ fail "lease.enabled makes the lease; remove config.lease" }}{{ end }}
{{- $_ := set $config "lease" (dict "kubernetes" (dict "namespace" .Release.Namespace "name" (include "exporter.leaseName" .))) }}
{{- end }}
{{- $http := dict "listen" (list ":9464") }}
{{- if .Values.webConfig.existingSecret }}
{{- $_ := set $http "web_config_file" "/etc/litellm-cache-exporter-web/web-config.yml" }}
{{- end }}
{{- $_ := set $config "http" (mergeOverwrite (deepCopy (default dict $config.http)) $http) }}
{{- if .Values.logLevel }}
{{- $_ := set $config "log" (mergeOverwrite (deepCopy (default dict $config.log)) (dict "level" .Values.logLevel)) }}
{{- end }}
{{- toYaml $config }}
{{- end }}

{{/* Mistakes that a schema cannot see. */}}
{{- define "exporter.validate" -}}
{{- if and (gt (int .Values.replicaCount) 1) (not .Values.lease.enabled) (not .Values.config.lease) }}
{{- fail "several replicas would all probe and pay: set lease.enabled, or config.lease" }}
{{- end }}
{{- if and .Values.networkPolicy.enabled .Values.lease.enabled (not .Values.networkPolicy.kubernetesApi.cidr) }}
{{- fail "the lease needs the API server: set networkPolicy.kubernetesApi.cidr" }}
{{- end }}
{{- end }}
