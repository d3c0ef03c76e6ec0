import type { GatewayConfig } from '../config/effective.ts';
import type { BreakerReading } from '../model/cache.ts';
import type { MetricsAnswer } from '../model/status.ts';
import { failed, type Gateway, type Reply } from './gateway.ts';

/** Enough for the metrics of a busy gateway; what is longer is not read. */
const MAX_METRICS_BYTES = 1024 * 1024;

const METRIC = 'litellm_redis_circuit_breaker_state';
/** Longer lines have labels that are not LiteLLM's. */
const MAX_LINE_CHARACTERS = 4096;
/** The labels, value and time of a sample, after its name. Labels are in braces; one } in a quoted value ends nothing. */
const SAMPLE = /^(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})?[ \t]+([^ \t]+)(?:[ \t]+-?\d+)?$/;
const STATE_LABEL = /(?:^|,)[ \t]*state[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"/;
const COUNT = /^\+?\d{1,15}(?:\.\d{0,15})?(?:[eE][+-]?\d{1,2})?$/;
/** LiteLLM's states of a breaker. */
const STATES = ['open', 'half_open', 'closed'];
const COMMENT = /^# (?:HELP|TYPE) /;
/** A sample as only a page of metrics has it: nothing but a time, or an exemplar behind a #, comes after the value. */
const ANY_SAMPLE =
  /^[A-Za-z_:][\w:]{0,256}(?:\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?[ \t]{1,16}[-+]?(?:[\d.]{1,40}(?:[eE][-+]?\d{1,4})?|Inf|NaN)(?:[ \t]{1,16}(?:-?[\d.]{1,40}|#.*))?[ \t]{0,16}\r?$/;

/** LiteLLM serves its metrics behind a slash, and redirects those who leave it out. */
const REDIRECTS: readonly (number | undefined)[] = [301, 302, 307, 308];

/** The keys of a gateway that say where its metrics are. */
type MetricsPlace = Pick<GatewayConfig, 'url' | 'metrics_url'>;

/** Where the metrics of a gateway are. Those beside its own API are behind a slash: without it LiteLLM redirects. */
export function metricsUrl({ url, metrics_url = `${url}/metrics` }: MetricsPlace): string {
  return metrics_url === `${url}/metrics` ? `${metrics_url}/` : metrics_url;
}

/** Whether the configuration says that the metrics of a gateway are not beside its API. */
export function hasOwnMetrics({ url, metrics_url }: MetricsPlace): boolean {
  return metrics_url !== undefined && metrics_url !== `${url}/metrics`;
}

/** How a gateway, and a proxy in front of it, say that there is nothing at a path. */
const NOTHING_THERE: readonly (number | undefined)[] = [404, 405, 410, 501];

/** The answer as it is told: where no address of its own is configured, it is no failure that there are none. */
export function withoutMetrics(answer: MetricsAnswer, place: MetricsPlace): MetricsAnswer {
  const isNothing = 'failure' in answer ? NOTHING_THERE.includes(answer.status) : 'breaker' in answer && answer.breaker === 'no_metrics';
  return isNothing && !hasOwnMetrics(place) ? { url: answer.url, absent: true } : answer;
}

/**
 * What the gateway's own metrics at `url` say of its Redis circuit breaker, until a monotonic time at most. One request, two
 * where the first is redirected; no other redirect is followed. The key goes along only to the origin of the gateway.
 */
export async function readBreaker(gateway: Gateway, url: string, until: number, signal: AbortSignal): Promise<MetricsAnswer> {
  const first = await ask(url);
  const reply = failed(first) && REDIRECTS.includes(first.status) && !url.endsWith('/') ? await ask(`${url}/`) : first;
  if (failed(reply)) return { url, failure: reply.failure, status: reply.status };
  return { url, breaker: breakerReading(reply.body) };

  function ask(address: string): Promise<Reply> {
    const path = new URL(address);
    return gateway.send(
      {
        method: 'GET',
        path,
        headers: { accept: 'text/plain' },
        authenticated: true,
        until,
        bodyLimit: MAX_METRICS_BYTES,
        question: 'metrics',
      },
      signal,
    );
  }
}

/** What a page says of the circuit breaker; any text is read. */
export function breakerReading(page: string): BreakerReading {
  const open = breakerOpen(page);
  if (open !== undefined) return open ? 'open' : 'not_open';
  return page.trim() === '' ||
    page
      .replace(/^\uFEFF/, '')
      .split('\n')
      .some(isOfMetrics)
    ? 'none'
    : 'no_metrics';
}

/** Whether a line can only be one of a page of metrics. Time is linear. */
function isOfMetrics(line: string): boolean {
  return COMMENT.test(line) || (line.length <= MAX_LINE_CHARACTERS && ANY_SAMPLE.test(line));
}

/**
 * What `litellm_redis_circuit_breaker_state` says, a count of breakers by state (and process): true when at
 * least one is open and none is closed, because it does not tell which of them guards the cache. Undefined
 * where the metric is missing (before 1.102; up to 1.107 without the callback `prometheus`, since 1.108 without the service callback
 * `prometheus_system`), and where one of its lines cannot be read, which may be that of a closed one.
 */
export function breakerOpen(metrics: string): boolean | undefined {
  const samples = metrics
    .split('\n')
    .flatMap((line) => (line.startsWith(METRIC) && !/^\w/.test(line.slice(METRIC.length)) ? [sampleOf(line)] : []));
  if (samples.length === 0) return undefined;
  const counts = new Map<string, number>();
  for (const sample of samples) {
    if (sample === undefined) return undefined;
    counts.set(sample.state, (counts.get(sample.state) ?? 0) + sample.count);
  }
  return (counts.get('open') ?? 0) > 0 && (counts.get('closed') ?? 0) === 0;
}

/** The state and the count of a line of the metric; undefined where it says neither. */
function sampleOf(line: string): { state: string; count: number } | undefined {
  if (line.length > MAX_LINE_CHARACTERS) return undefined;
  const [, labels = '', value = ''] = SAMPLE.exec(line.slice(METRIC.length).trimEnd()) ?? [];
  const state = STATE_LABEL.exec(labels)?.[1] ?? '';
  return STATES.includes(state) && COUNT.test(value) ? { state, count: Number(value) } : undefined;
}
