import { ORIGIN_ROUTE, ORIGIN_STATUS } from '../model/origin.ts';
import { MISSED, TASK } from '../model/tick.ts';
import { type MetricDefinition, REDIS_SECONDS } from './definition.ts';

/** The daemon's own state. The SDK adds `otel.sdk.*` by itself. */
export const EXPORTER = {
  'cache_exporter.build_info': { kind: 'gauge', owner: 'exporter', unit: '', labels: { version: 'open', node_version: 'open' }, help: 'Always 1; version of the exporter and of Node.' },
  'cache_exporter.external_url_info': { kind: 'gauge', owner: 'exporter', unit: '', labels: { url: 'open' }, help: 'Always 1; the address at which people reach the exporter (`http.external_url`), to which links in alerts and dashboards lead. Without it they lead to the address that Prometheus scrapes.', when: 'a configured `http.external_url`' },
  'cache_exporter.start_time': { kind: 'gauge', owner: 'exporter', unit: 's', labels: {}, help: 'Unix time at which the exporter started.' },
  'cache_exporter.job.duration': { kind: 'histogram', owner: 'exporter', unit: 's', labels: { task: TASK, outcome: ['success', 'failure', 'timeout'] }, buckets: REDIS_SECONDS, help: 'Duration of the ticks of targets, censuses, reuse and gateways.' },
  'cache_exporter.job.lag': { kind: 'histogram', owner: 'exporter', unit: 's', labels: { task: TASK }, buckets: REDIS_SECONDS, help: 'How late ticks started.' },
  'cache_exporter.job.missed': { kind: 'counter', owner: 'exporter', unit: '{tick}', labels: { task: TASK, reason: MISSED }, help: 'Ticks that did not run, because the previous one was still running or the process was blocked.' },
  'cache_exporter.config_last_reload_successful': { kind: 'gauge', owner: 'exporter', unit: '', labels: {}, help: '1 when the last load of the configuration succeeded.' },
  'cache_exporter.config_last_reload_success.timestamp': { kind: 'gauge', owner: 'exporter', unit: 's', labels: {}, help: 'Unix time of the last successful load of the configuration.' },
  'cache_exporter.log.lines_dropped': { kind: 'counter', owner: 'exporter', unit: '{line}', labels: {}, help: 'Log lines that were dropped because they could not be written.' },

  'cache_exporter.discovery.targets': { kind: 'gauge', owner: 'exporter', unit: '{target}', labels: { source: 'open' }, help: 'Targets or gateways of a list that are watched.', when: 'a configured `discovery`' },
  'cache_exporter.discovery.entries_refused': { kind: 'gauge', owner: 'exporter', unit: '{target}', labels: { source: 'open' }, help: 'Entries of a list that are left out, because something is wrong with them. The page and the log name them.', when: 'a configured `discovery`' },
  'cache_exporter.discovery.held_back': { kind: 'gauge', owner: 'exporter', unit: '{target}', labels: { source: 'open' }, help: 'Entries that are watched although their list no longer has them: it lost more than half of them at once, and did not name the same ones again.', when: 'a configured `discovery`' },
  'cache_exporter.discovery.failures': { kind: 'counter', owner: 'exporter', unit: '{read}', labels: { source: 'open' }, help: 'Attempts to read a list that failed. What the list gave before stays in force.', when: 'a configured `discovery`' },
  'cache_exporter.discovery.last_success.timestamp': { kind: 'gauge', owner: 'exporter', unit: 's', labels: { source: 'open' }, help: 'Unix time at which a list was read last.', when: 'a configured `discovery` that could be read' },

  'cache_exporter.origin.requests': { kind: 'counter', owner: 'exporter', unit: '{request}', labels: { route: ORIGIN_ROUTE, status: ORIGIN_STATUS }, help: 'Requests that the origin answered, by API and HTTP status; `other` is a path that it does not have, 499 a client that went away before its answer.', when: 'an origin that listens' },

  'process.cpu.time': { kind: 'counter', owner: 'exporter', unit: 's', labels: { 'cpu.mode': ['user', 'system'] }, help: 'CPU time of the exporter.' },
  'process.memory.usage': { kind: 'gauge', owner: 'exporter', unit: 'By', labels: {}, help: 'Resident memory of the exporter.' },
  'process.uptime': { kind: 'gauge', owner: 'exporter', unit: 's', labels: {}, help: 'Time since the exporter started.' },
  'nodejs.eventloop.delay.p99': { kind: 'gauge', owner: 'exporter', unit: 's', labels: {}, help: '99th percentile of the delay of the event loop since the previous collection.' },
  'nodejs.eventloop.utilization': { kind: 'gauge', owner: 'exporter', unit: '1', labels: {}, help: 'Share of time that the event loop was busy since the previous collection.' },
} as const satisfies Record<string, MetricDefinition>;
