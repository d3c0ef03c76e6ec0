import { BytesIEC, CountsPerMinute, NoUnit, PercentUnit, Seconds, Short } from '@grafana/grafana-foundation-sdk/units';
import { alertsTable } from './alerts.ts';
import { dashboard } from './dashboard.ts';
import { lines } from './lines.ts';
import {
  buckets,
  calc,
  count,
  counter,
  foreignCounter,
  foreignGauge,
  gauge,
  max,
  min,
  observations,
  ofExporter,
  quantile,
  rate,
  sum,
} from './query.ts';
import { stat } from './stat.ts';
import { COLOUR, yesOrNo } from './states.ts';
import { table } from './table.ts';
import { timeline } from './timeline.ts';

export const CACHE_EXPORTER = dashboard({
  uid: 'cache-exporter',
  title: 'Exporter itself',
  description: 'Whether the exporter keeps its pace and delivers what it measures: without it the other dashboards are silent, not green.',
  variables: [],
  rows: [
    {
      title: 'Now',
      panels: [
        stat({
          title: 'Scraped',
          shows: 'Whether Prometheus reaches each exporter.',
          act: 'no: the other dashboards show the past. Look at the process and at the target page of Prometheus.',
          width: 4,
          height: 4,
          unit: NoUnit,
          states: yesOrNo('yes', 'no'),
          queries: [{ of: min(['instance'], ofExporter(foreignGauge('up'))), legend: '{{instance}}' }],
          runbooks: ['CacheExporterDown', 'CacheExporterAbsent'],
        }),
        stat({
          title: 'Configuration',
          shows: 'Whether the last load of the configuration succeeded.',
          act: 'failed: the exporter runs on with the one before; `litellm-cache-exporter config` names the lines.',
          width: 4,
          height: 4,
          unit: NoUnit,
          states: yesOrNo('loaded', 'refused'),
          queries: [{ of: min(['instance'], gauge('cache_exporter.config_last_reload_successful')), legend: '{{instance}}' }],
          runbooks: ['CacheExporterConfigReloadFailed'],
        }),
        stat({
          title: 'Up for',
          shows: 'Time since each exporter started.',
          act: 'short and short again is a restart loop: read its log.',
          width: 3,
          height: 4,
          unit: Seconds,
          decimals: 0,
          queries: [{ of: calc`time() - ${max(['instance'], gauge('cache_exporter.start_time'))}`, legend: '{{instance}}' }],
        }),
        stat({
          title: 'Memory',
          shows: 'Resident memory of each exporter.',
          act: 'above 100 MiB look at the number of gateways and targets; a slope that never ends is a leak to report.',
          width: 4,
          height: 4,
          unit: BytesIEC,
          steps: [COLOUR.good, [150 * 1024 * 1024, COLOUR.warn], [250 * 1024 * 1024, COLOUR.bad]],
          queries: [{ of: max(['instance'], ofExporter(gauge('process.memory.usage'))), legend: '{{instance}}' }],
        }),
        stat({
          title: 'Configuration loaded',
          shows: 'Time since the configuration was last loaded with success.',
          act: 'compare with your last deployment.',
          width: 3,
          height: 4,
          unit: Seconds,
          decimals: 0,
          queries: [
            {
              of: calc`time() - ${max(['instance'], gauge('cache_exporter.config_last_reload_success.timestamp'))}`,
              legend: '{{instance}}',
            },
          ],
        }),
        table({
          title: 'Versions',
          shows: 'Version of each exporter and of its Node.',
          act: 'exporters that share a lease should be of one version.',
          width: 6,
          height: 4,
          labels: { instance: 'Instance', version: 'Version', node_version: 'Node' },
          columns: [
            { name: 'Number', of: count(['instance', 'version', 'node_version'], gauge('cache_exporter.build_info')), unit: NoUnit },
          ],
          sortedBy: 'Instance',
        }),
      ],
    },
    {
      title: 'Lists of targets',
      panels: [
        table({
          title: 'Lists',
          shows:
            'What each list of discovery gives: entries that are watched, left out and held back, and when it was read last. Empty without discovery.',
          act: 'the status page names what is left out and why. Held back: the list lost more than half of its entries at once.',
          width: 24,
          height: 6,
          labels: { instance: 'Instance', source: 'List' },
          columns: [
            { name: 'Watched', of: max(['instance', 'source'], gauge('cache_exporter.discovery.targets')), unit: NoUnit },
            { name: 'Left out', of: max(['instance', 'source'], gauge('cache_exporter.discovery.entries_refused')), unit: NoUnit },
            { name: 'Held back', of: max(['instance', 'source'], gauge('cache_exporter.discovery.held_back')), unit: NoUnit },
            {
              name: 'Failures a minute',
              of: sum(['instance', 'source'], rate(counter('cache_exporter.discovery.failures'))),
              unit: CountsPerMinute,
            },
            {
              name: 'Since it was read',
              of: calc`time() - ${max(['instance', 'source'], gauge('cache_exporter.discovery.last_success.timestamp'))}`,
              unit: Seconds,
            },
          ],
          sortedBy: 'Instance',
          runbooks: ['CacheExporterDiscoveryFailing'],
        }),
      ],
    },
    {
      title: 'Jobs',
      panels: [
        lines({
          title: 'Duration of the ticks',
          shows: '50th and 99th percentile of the duration of ticks by task. Each mark opens its trace.',
          act: 'a target is a few milliseconds; a gateway is as slow as its answers. Near the interval ticks begin to be missed.',
          width: 12,
          height: 8,
          unit: Seconds,
          logarithmic: true,
          queries: [
            { of: quantile(0.5, ['task'], rate(buckets('cache_exporter.job.duration'))), legend: '{{task}} p50', exemplars: true },
            { of: quantile(0.99, ['task'], rate(buckets('cache_exporter.job.duration'))), legend: '{{task}} p99', dashed: true },
          ],
        }),
        lines({
          title: 'Ticks by outcome',
          shows: 'Ticks per minute by task and outcome.',
          act: 'failures of a target are explained below; a timeout is a server that answers later than the limit.',
          width: 12,
          height: 8,
          unit: CountsPerMinute,
          stacked: true,
          queries: [
            {
              of: calc`60 * ${sum(['task', 'outcome'], rate(observations('cache_exporter.job.duration')))} > 0`,
              legend: '{{task}} {{outcome}}',
            },
          ],
        }),
        lines({
          title: 'Lag',
          shows: '99th percentile of how late ticks started.',
          act: 'more than a tenth of a second means that the process does not get its processor: look at the event loop and at its limits.',
          width: 8,
          height: 8,
          unit: Seconds,
          queries: [{ of: quantile(0.99, ['task'], rate(buckets('cache_exporter.job.lag'))), legend: '{{task}} p99' }],
        }),
        lines({
          title: 'Missed ticks',
          shows: 'Ticks per minute that did not run: the one before still ran, or the process was held up.',
          act: 'overlap: raise the interval or lower the timeout. late: see the lag.',
          width: 8,
          height: 8,
          unit: CountsPerMinute,
          stacked: true,
          queries: [
            { of: calc`60 * ${sum(['task', 'reason'], rate(counter('cache_exporter.job.missed')))}`, legend: '{{task}} {{reason}}' },
          ],
        }),
        lines({
          title: 'Pairs that were not sent',
          shows: 'Pairs per minute that were due and not sent, by reason.',
          act: 'lease: another exporter probes, which is as it should be for all but one.',
          width: 8,
          height: 8,
          unit: CountsPerMinute,
          stacked: true,
          queries: [{ of: calc`60 * ${sum(['reason'], rate(counter('llm.cache.probe.skipped')))}`, legend: '{{reason}}' }],
          runbooks: ['ProbeStale'],
        }),
        timeline({
          title: 'Who probes',
          shows: 'Which exporter holds the lease of each gateway. Empty without a lease.',
          act: 'exactly one row of each gateway should be held; none means that the lease cannot be asked.',
          width: 8,
          height: 7,
          states: [
            { value: 'waits', colour: COLOUR.none },
            { value: 'probes', colour: COLOUR.good },
          ],
          queries: [{ of: max(['gateway', 'instance'], gauge('llm.cache.probe.lease_held')), legend: '{{gateway}} {{instance}}' }],
          empty: 'no lease',
        }),
        lines({
          title: 'Questions beside the pairs',
          shows: 'Share of the time of each gateway that questions beside the two requests of a pair take.',
          act: 'above gateways[].overhead only liveness and readiness go on: the gateway is slow to answer these.',
          width: 8,
          height: 7,
          unit: 'percentunit',
          queries: [{ of: sum(['gateway'], rate(counter('cache_exporter.probe_overhead'))), legend: '{{gateway}}' }],
        }),
        alertsTable({ category: 'exporter', width: 8, height: 7 }),
      ],
    },
    {
      title: 'Redis scrapes',
      panels: [
        lines({
          title: 'Age of what is known',
          shows: 'Time since the last successful scrape of each target.',
          act: 'after three intervals the samples of the target are withdrawn and its panels become empty, on purpose.',
          width: 8,
          height: 8,
          unit: Seconds,
          queries: [
            { of: calc`time() - ${max(['redis_target'], gauge('redis.scrape.last_success.timestamp'))}`, legend: '{{redis_target}}' },
          ],
        }),
        lines({
          title: 'Failed scrapes',
          shows: 'Scrapes per minute that failed, by reason.',
          act: 'wrongpass, noauth, noperm: AUTH and security. timeout, refused, dns, closed: network or server.',
          width: 8,
          height: 8,
          unit: CountsPerMinute,
          stacked: true,
          queries: [
            {
              of: calc`60 * ${sum(['redis_target', 'error_type'], rate(counter('redis.scrape.failures')))} > 0`,
              legend: '{{redis_target}} {{error_type}}',
            },
          ],
          empty: 'none',
        }),
        lines({
          title: 'Duration of the scrapes',
          shows: '95th percentile of the duration of scrapes, canaries included, by outcome. Each mark opens its trace.',
          act: 'compare with the operations beside it: the difference is the canaries.',
          width: 8,
          height: 8,
          unit: Seconds,
          queries: [
            {
              of: quantile(0.95, ['redis_target', 'outcome'], rate(buckets('redis.scrape.duration'))),
              legend: '{{redis_target}} {{outcome}} p95',
              exemplars: true,
            },
          ],
        }),
        lines({
          title: 'Redis operations of the exporter',
          shows: '95th percentile of the duration of its own pipelines, AUTH and PING.',
          act: 'milliseconds: network. Seconds: the server is saturated.',
          width: 8,
          height: 8,
          unit: Seconds,
          logarithmic: true,
          queries: [
            {
              of: quantile(0.95, ['redis_target', 'db_operation_name'], rate(buckets('db.client.operation.duration'))),
              legend: '{{redis_target}} {{db_operation_name}} p95',
            },
          ],
        }),
        lines({
          title: 'Time to connect',
          shows: '95th percentile of the time to open a connection, TLS included.',
          act: 'a second or more is a lost packet or a full backlog.',
          width: 8,
          height: 8,
          unit: Seconds,
          queries: [
            { of: quantile(0.95, ['redis_target'], rate(buckets('db.client.connection.create_time'))), legend: '{{redis_target}} p95' },
          ],
        }),
        lines({
          title: 'Connections of the exporter',
          shows: 'Connections that the exporter holds open to each target, and requests to gateways that are under way.',
          act: 'one or two connections for each target; more that stay are to be reported.',
          width: 8,
          height: 8,
          unit: Short,
          queries: [
            {
              of: max(['instance', 'redis_target'], gauge('db.client.connection.open')),
              legend: '{{instance}} {{redis_target}} connections',
            },
            {
              of: max(['instance', 'gateway'], gauge('http.client.active_requests')),
              legend: '{{instance}} {{gateway}} requests',
              dashed: true,
            },
          ],
        }),
      ],
    },
    {
      title: 'Requests to the gateways',
      panels: [
        lines({
          title: 'Duration of every request',
          shows: '95th percentile of the requests of the exporter by method and status: probes, health and cache ping.',
          act: 'GET are health checks: when they are slow, the gateway is, not its model.',
          width: 12,
          height: 8,
          unit: Seconds,
          logarithmic: true,
          queries: [
            {
              of: quantile(
                0.95,
                ['gateway', 'http_request_method', 'http_response_status_code'],
                rate(buckets('http.client.request.duration')),
              ),
              legend: '{{gateway}} {{http_request_method}} {{http_response_status_code}} p95',
            },
          ],
        }),
        lines({
          title: 'Probes under the names of the GenAI conventions',
          shows: '95th percentile of the probe requests by operation.',
          act: 'it is there for dashboards that know these names; hits and first answers are mixed in it.',
          width: 12,
          height: 8,
          unit: Seconds,
          logarithmic: true,
          queries: [
            {
              of: quantile(0.95, ['gateway', 'gen_ai_operation_name'], rate(buckets('gen_ai.client.operation.duration'))),
              legend: '{{gateway}} {{gen_ai_operation_name}} p95',
            },
          ],
        }),
      ],
    },
    {
      title: 'Origin',
      panels: [
        lines({
          title: 'Requests to the origin',
          shows: 'Requests per minute that gateways sent to this exporter as their provider, by API and HTTP status.',
          act: '401: api_key of the probe model is not the key of the origin. 404: its api_base is wrong. 499: the gateway gave up.',
          width: 24,
          height: 8,
          unit: CountsPerMinute,
          stacked: true,
          queries: [
            {
              of: calc`60 * ${sum(['route', 'status'], rate(counter('cache_exporter.origin.requests')))} > 0`,
              legend: '{{route}} {{status}}',
            },
          ],
          empty: 'no origin, or no requests',
        }),
      ],
    },
    {
      title: 'Process',
      panels: [
        lines({
          title: 'Memory over time',
          shows: 'Resident memory of each exporter.',
          act: 'it settles within an hour of the start.',
          width: 8,
          height: 8,
          unit: BytesIEC,
          queries: [{ of: max(['instance'], ofExporter(gauge('process.memory.usage'))), legend: '{{instance}}' }],
        }),
        lines({
          title: 'CPU',
          shows: 'Share of a processor that each exporter uses.',
          act: 'above half a processor raise intervals or split targets over several exporters.',
          width: 8,
          height: 8,
          unit: PercentUnit,
          stacked: true,
          queries: [
            { of: max(['instance', 'cpu_mode'], ofExporter(rate(counter('process.cpu.time')))), legend: '{{instance}} {{cpu_mode}}' },
          ],
        }),
        lines({
          title: 'Event loop',
          shows: '99th percentile of the delay of the event loop.',
          act: 'what is delayed here is measured as latency of Redis and of the gateway: above 10 ms distrust those numbers.',
          width: 4,
          height: 8,
          unit: Seconds,
          queries: [{ of: max(['instance'], ofExporter(gauge('nodejs.eventloop.delay.p99'))), legend: '{{instance}}' }],
        }),
        lines({
          title: 'Event loop busy',
          shows: 'Share of time that the event loop was busy.',
          act: 'above 80 % ticks come late.',
          width: 4,
          height: 8,
          unit: PercentUnit,
          queries: [{ of: max(['instance'], ofExporter(gauge('nodejs.eventloop.utilization'))), legend: '{{instance}}' }],
        }),
      ],
    },
    {
      title: 'Scrape and traces',
      panels: [
        lines({
          title: 'Duration of the scrape',
          shows: 'Time that Prometheus needs for a scrape of the exporter.',
          act: 'milliseconds: the page never waits for Redis or a gateway. More is the network, or a very large fleet.',
          width: 6,
          height: 8,
          unit: Seconds,
          queries: [{ of: max(['instance'], ofExporter(foreignGauge('scrape_duration_seconds'))), legend: '{{instance}}' }],
          runbooks: ['CacheExporterDown'],
        }),
        lines({
          title: 'Samples of a scrape',
          shows: 'Samples that the exporter gives at each scrape.',
          act: 'they are bounded by the configuration; a step is a target or gateway that was added, or one that no longer answers.',
          width: 6,
          height: 8,
          unit: Short,
          queries: [{ of: max(['instance'], ofExporter(foreignGauge('scrape_samples_scraped'))), legend: '{{instance}}' }],
        }),
        lines({
          title: 'Spans',
          shows: 'Spans per minute that were exported, and those that failed or were dropped. Empty without traces.endpoint.',
          act: 'failures: the receiver is down or refuses; the exporter runs on and drops what does not fit its queue.',
          width: 6,
          height: 8,
          unit: CountsPerMinute,
          queries: [
            {
              of: calc`60 * ${sum(['instance', 'error_type'], ofExporter(rate(foreignCounter('otel_sdk_exporter_span_exported_total'))))}`,
              legend: '{{instance}} exported {{error_type}}',
            },
            {
              of: calc`60 * ${sum(['instance', 'error_type'], ofExporter(rate(foreignCounter('otel_sdk_processor_span_processed_total', { error_type: { not: '' } }))))}`,
              legend: '{{instance}} dropped {{error_type}}',
              dashed: true,
            },
          ],
          runbooks: ['CacheExporterTraceExportFailing'],
        }),
        lines({
          title: 'Queue of spans',
          shows: 'Spans that wait for export, and how many may wait.',
          act: 'a full queue drops spans: the receiver is too slow or down.',
          width: 6,
          height: 8,
          unit: Short,
          queries: [
            { of: max(['instance'], ofExporter(foreignGauge('otel_sdk_processor_span_queue_size'))), legend: '{{instance}} waiting' },
            {
              of: max(['instance'], ofExporter(foreignGauge('otel_sdk_processor_span_queue_capacity'))),
              legend: '{{instance}} limit',
              dashed: true,
            },
          ],
          runbooks: ['CacheExporterTraceExportFailing'],
        }),
      ],
    },
  ],
});
