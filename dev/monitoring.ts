import { setTimeout as sleep } from 'node:timers/promises';
import { type Alerting, startAlerting } from './alerting.ts';
import { hasJaeger, type RunningJaeger, startJaeger } from './jaeger.ts';
import type { Mapping } from './merge.ts';
import { MissingError } from './missing-error.ts';
import { type ToldAlert, told } from './page-receiver.ts';
import type { Progress } from './progress.ts';

const PAGE_WITHIN_MS = 30_000;

/** Starts Jaeger when it was built here before; it is built by the tests, which takes minutes. */
export async function jaegerIfBuilt(progress: Progress): Promise<RunningJaeger | undefined> {
  if (!(await hasJaeger())) return undefined;
  progress('starting Jaeger');
  return startJaeger(progress);
}

/** What LiteLLM needs in its configuration and its environment to send its spans to Jaeger. */
export function tracedGateway({ otlp }: RunningJaeger): { config: Mapping; env: Record<string, string> } {
  return {
    config: { litellm_settings: { callbacks: ['otel'] } },
    env: {
      OTEL_EXPORTER: 'otlp_http',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_ENDPOINT: otlp,
      OTEL_SERVICE_NAME: 'litellm',
    },
  };
}

/** Starts Prometheus and Alertmanager when the machine has them; otherwise gives the sentence that says what it lacks. */
export async function alertingIfHere(exporter: { port: number }, progress: Progress): Promise<Alerting | string> {
  progress('starting Prometheus and Alertmanager');
  return startAlerting({ exporter: `127.0.0.1:${exporter.port}` }).catch((error: unknown) => {
    if (error instanceof MissingError) return error.message;
    throw error;
  });
}

/** The first page that arrives within half a minute. */
export async function firstPage({ pages }: Alerting): Promise<(ToldAlert & { receiver: string }) | undefined> {
  const deadline = performance.now() + PAGE_WITHIN_MS;
  while (performance.now() < deadline) {
    const [first] = told(pages, ['auth', 'page']);
    if (first !== undefined) return first;
    await sleep(100);
  }
  return undefined;
}

/** Where to look at what was started, or what the machine lacks for it. */
export function monitoringText(alerting: Alerting | string | undefined, jaeger: RunningJaeger | undefined): string {
  const row = (name: string, { port, pid }: { port: number; pid: number }, url: string) =>
    `  ${name.padEnd(12)} port ${String(port).padEnd(6)} pid ${String(pid).padEnd(7)} ${url}`;
  const lines =
    typeof alerting === 'object'
      ? [
          row('Prometheus', alerting.prometheus, `${alerting.prometheus.url}/api/v1/alerts`),
          row('Alertmanager', alerting.alertmanager, `${alerting.alertmanager.url}/api/v2/alerts`),
        ]
      : [`  No alerts: ${alerting}`];
  return [
    '',
    'Monitoring, with the rules and the routing of deploy/:',
    ...lines,
    jaeger === undefined
      ? '  No traces: Jaeger is not built here. npm test builds it where Go is.'
      : row('Jaeger', jaeger, `${jaeger.url}/api/traces?service=litellm-cache-exporter`),
    '',
    '',
  ].join('\n');
}

/** A page as whoever is on call reads it. */
export function pageText(page: (ToldAlert & { receiver: string }) | undefined): string {
  if (page === undefined) return `No page arrived within ${PAGE_WITHIN_MS / 1_000} s.\n`;
  const { alertname, severity, category, ...about } = page.labels;
  const { summary, description, runbook_url } = page.annotations;
  return [
    'The page that arrived:',
    `  alert       ${alertname}`,
    `  receiver    ${page.receiver}, because it is a ${severity} about ${category}`,
    `  about       ${Object.entries(about)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}`,
    `  summary     ${summary}`,
    `  description ${description?.trim().replaceAll('\n', '\n              ')}`,
    `  runbook     ${runbook_url}`,
    '',
  ].join('\n');
}
