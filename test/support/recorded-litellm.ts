import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { metricLines } from './metrics-text.ts';
import type { Selector } from './promql.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures');

/** What a real LiteLLM had on its page of metrics: the labels of each name. */
interface RecordedPage {
  release: string;
  names: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The recorded pages, one for each release. */
export const RECORDED_PAGES: readonly RecordedPage[] = readdirSync(FIXTURES)
  .map((folder) => ({ release: folder.replace('litellm-', ''), file: join(FIXTURES, folder, 'metrics.txt') }))
  .filter(({ file }) => existsSync(file))
  .map(({ release, file }) => ({
    release,
    names: new Map(metricLines(readFileSync(file, 'utf8')).map(({ name, labels }) => [name, new Set(Object.keys(labels))])),
  }));

/** What scrape jobs give to series. */
const OF_JOBS = ['job', 'instance', 'gateway'];

/** What a release does not have yet, by the start of its name. */
const LATER: Readonly<Record<string, readonly RegExp[]>> = {
  '1.80.9': [/^litellm_cache_hits_/, /^litellm_cached_tokens_/, /^litellm_redis_circuit_breaker_state$/],
};

/** Labels that a release does not have yet on any series. */
const LATER_LABELS: Readonly<Record<string, readonly string[]>> = { '1.80.9': ['model_id'] };

/** What a selector of LiteLLM's metrics asks for, and a grouping beside it, that one of the recorded releases does not have. */
export function unknownToLitellm({ metric, matchers }: Selector, grouped: readonly string[] = []): string[] {
  const asked = [...matchers.map(({ label }) => label), ...grouped];
  return RECORDED_PAGES.flatMap(({ release, names }) => {
    if (LATER[release]?.some((name) => name.test(metric))) return [];
    const labels = names.get(metric);
    if (labels === undefined) return [`${release}: ${metric}`];
    const missing = asked.filter((label) => !labels.has(label) && !OF_JOBS.includes(label) && !LATER_LABELS[release]?.includes(label));
    return missing.map((label) => `${release}: ${metric}{${label}}`);
  });
}
