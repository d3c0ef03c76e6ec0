import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { RULES } from '../../dev/alerting.ts';
import { startExporter } from '../../dev/exporter.ts';
import type { RunningGateway } from '../../dev/gateway.ts';
import { freePort } from '../../dev/process.ts';
import type { RunningPrometheus } from '../../dev/prometheus.ts';
import { parseJson } from '../../src/litellm/json.ts';
import { eventually } from '../support/eventually.ts';
import { startGateway } from '../support/gateway.ts';
import { hasty } from '../support/hasty.ts';
import { forThisFile } from '../support/lifetime.ts';
import { metricValue } from '../support/metrics-text.ts';
import { lacksProgram, startPrometheus } from '../support/prometheus.ts';
import { lacksRedis, startRedis } from '../support/redis.ts';

/** How much faster than shipped the rules are: a minute takes three seconds, so an outage of ten minutes takes half one. */
const HASTE = 20;
const HOUR_SECONDS = 3_600 / HASTE;
const OUTAGE_MS = 600_000 / HASTE;
/** For how long the loss comes in after the verdict is good again. */
const WINDOW_MS = 600_000 / HASTE;

/** US dollars for a token, as LiteLLM is told. One model is told by its parameters, one by its description, one has no price. */
const PRICES = {
  assistant: { input: 0.000_01, output: 0.000_04 },
  writer: { input: 0.000_05, output: 0.000_02 },
  free: { input: 0, output: 0 },
} as const;
type Model = keyof typeof PRICES;
const MODELS = ['assistant', 'writer', 'free'] as const satisfies readonly Model[];

/** An answer that a user got: what it would cost by the price table, and whether the cache gave it. */
interface Entry {
  model: Model;
  isHit: boolean;
  tokens: number;
  usd: number;
}

const dir = await mkdtemp(join(tmpdir(), 'lce-money-'));
afterAll(() => rm(dir, { recursive: true }));

function modelList(origin: string, key: string): object[] {
  const price = ({ input, output }: { input: number; output: number }) => ({ input_cost_per_token: input, output_cost_per_token: output });
  const own = (name: string, more = {}) => ({ model: `openai/${name}`, api_base: `${origin}/v1`, api_key: key, ...more });
  return [
    { model_name: 'cache-probe', litellm_params: own('cache-probe') },
    { model_name: 'assistant', litellm_params: own('assistant', price(PRICES.assistant)) },
    { model_name: 'writer', litellm_params: own('writer'), model_info: price(PRICES.writer) },
    { model_name: 'free', litellm_params: own('free') },
  ];
}

async function ask({ url, apiKey }: RunningGateway, model: Model, nonce: string): Promise<Entry> {
  const answer = await fetch(`${url}/v1/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, prompt: `probe ${nonce}` }),
  });
  const text = await answer.text();
  expect(answer.status, text).toBe(200);
  const { usage }: { usage: { prompt_tokens: number; completion_tokens: number } } = Object(parseJson(text));
  const { input, output } = PRICES[model];
  return {
    model,
    isHit: answer.headers.has('x-litellm-cache-key'),
    tokens: usage.prompt_tokens + usage.completion_tokens,
    usd: usage.prompt_tokens * input + usage.completion_tokens * output,
  };
}

/** Users who ask every question twice, the second time a second later; what they got is added to the ledger until `done`. */
async function use(gateway: RunningGateway, ledger: Entry[], done: () => boolean | Promise<boolean>): Promise<void> {
  const asked: { model: Model; nonce: string }[] = [];
  for (let turn = 0; asked.length > 0 || !(await done()); turn += 1) {
    const isOver = await done();
    const fresh = isOver ? [] : MODELS.filter((_, place) => turn % 2 === 0 || place === 0).map((model) => ({ model, nonce: newNonce() }));
    const again = turn < 4 ? [] : asked.splice(0, isOver ? 3 : fresh.length);
    asked.push(...fresh);
    const [entries] = await Promise.all([
      Promise.all([...fresh, ...again].map(({ model, nonce }) => ask(gateway, model, nonce))),
      sleep(250),
    ]);
    ledger.push(...entries);
  }
}

function newNonce(): string {
  return randomBytes(16).toString('hex');
}

function total<T>(all: readonly T[], of: (each: T) => number): number {
  return all.reduce((sum, each) => sum + of(each), 0);
}

/** How far a value is from another, as a share of that. */
function difference(value: number, from: number): number {
  return Math.abs(value / from - 1);
}

/** The tokens that did not come from the cache although before the outage their share did, at the mean price of those that were paid for. */
function lostBy(model: Model, before: readonly Entry[], after: readonly Entry[]): number {
  const of = (entries: readonly Entry[]) => entries.filter((entry) => entry.model === model);
  const cached = (entries: readonly Entry[]) => total(entries, ({ isHit, tokens }) => (isHit ? tokens : 0));
  const tokens = (entries: readonly Entry[]) => total(entries, (entry) => entry.tokens);
  const paid = [...of(before), ...of(after)].filter(({ isHit }) => !isHit);
  const share = cached(of(before)) / tokens(of(before));
  return (share * tokens(of(after)) - cached(of(after))) * (total(paid, ({ usd }) => usd) / tokens(paid));
}

const until = (ms: number) => {
  const end = performance.now() + ms;
  return () => performance.now() > end;
};

/** The series of a query, by the value of a label. */
async function values(prometheus: RunningPrometheus, query: string, label: string): Promise<Record<string, number>> {
  const data: { result: { metric: Record<string, string>; value: [number, string] }[] } = Object(await prometheus.api('query', { query }));
  return Object.fromEntries(data.result.map(({ metric, value }) => [metric[label] ?? '', Number(value[1])]));
}

const lacking = (await lacksProgram('prometheus')) || (await lacksRedis('8.2.3'));

describe.skipIf(lacking)('what the rules say of money', () => {
  it.each(['1.104.2', '1.110.2'] as const)(
    'LiteLLM %s with priced models behind the origin: what was saved is that of the price table, what an outage lost is the arithmetic',
    async (release) => {
      const [port, listen, redisPort] = [await freePort(), await freePort(), await freePort()];
      const key = newNonce();
      let redis = await startRedis({ port: redisPort });
      const gateway = await startGateway({
        release,
        redis: { port: redisPort },
        config: {
          model_list: modelList(`http://127.0.0.1:${listen}`, key),
          litellm_settings: {
            callbacks: ['prometheus'],
            require_auth_for_metrics_endpoint: false,
            // A page that a busy machine can give every second.
            prometheus_metrics_config: [
              { group: 'money', metrics: ['litellm_spend_metric', 'litellm_total_tokens_metric', 'litellm_cached_tokens_metric'] },
            ],
          },
        },
      });
      const config = {
        origin: { listen: [`127.0.0.1:${listen}`], api_key_file: 'origin', latency: '20ms' },
        redis: [{ name: 'cache', url: redis.url, interval: '1s' }],
        gateways: [
          {
            name: 'litellm',
            url: gateway.url,
            api_key_file: 'key',
            redis: 'cache',
            model: 'cache-probe',
            origin: true,
            routes: ['completions'],
            interval: '2s',
          },
        ],
      };
      const exporter = await forThisFile(startExporter(port, config, { origin: key, key: gateway.apiKey }));
      const verdict = async (member: string) =>
        metricValue(await exporter.metrics(), 'llm_cache_verdict', { gateway: 'litellm', verdict: member }) === 1;
      // A counter is there with its first count, which no rate can see: each is there before Prometheus is.
      for (const model of MODELS) {
        const nonce = newNonce();
        await ask(gateway, model, nonce);
        await eventually(async () => (await ask(gateway, model, nonce)).isHit);
      }
      await eventually(() => verdict('working'));
      const rules = join(dir, `money-${release}.yaml`);
      await writeFile(rules, hasty(await readFile(join(RULES, 'money.yaml'), 'utf8'), HASTE));
      const litellm = { targets: [`127.0.0.1:${gateway.port}`], labels: { gateway: 'litellm' } };
      const prometheus = await startPrometheus({
        scrape: {},
        rules: [rules],
        config: {
          global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
          scrape_configs: [
            { job_name: 'litellm-cache-exporter', static_configs: [{ targets: [`127.0.0.1:${port}`] }] },
            { job_name: 'litellm', metrics_path: '/metrics/', static_configs: [litellm] },
          ],
        },
      });
      await eventually(async () => {
        const seen = await values(prometheus, 'litellm_cached_tokens_metric_total', 'model');
        return MODELS.every((model) => model in seen);
      });

      const before: Entry[] = [];
      await use(gateway, before, until(60_000));
      expect(total(before, ({ isHit }) => Number(isHit)) / before.length).toBeCloseTo(0.5, 2);
      await sleep(3_000);
      const saved = await values(prometheus, 'gateway_model:llm_cache_saved_usd:rate1h', 'model');
      expect(Object.keys(saved).sort()).toEqual(['assistant', 'writer']);
      for (const model of ['assistant', 'writer'] as const) {
        const table = total(before, (entry) => (entry.model === model && entry.isHit ? entry.usd : 0));
        expect(difference((saved[model] ?? 0) * HOUR_SECONDS, table), `${model}: ${table} USD by the price table`).toBeLessThan(0.01);
      }
      expect(await values(prometheus, 'gateway:llm_cache_lost_usd:increase1h', 'gateway')).toEqual({});

      const after: Entry[] = [];
      await redis.stop();
      await use(gateway, after, until(OUTAGE_MS));
      expect(after.filter(({ isHit }) => isHit)).toEqual([]);
      redis = await startRedis({ port: redisPort });
      await use(gateway, after, () => verdict('working'));
      await use(gateway, after, until(WINDOW_MS + 5_000));
      await sleep(3_000);
      const lost = await values(prometheus, 'gateway:llm_cache_lost_usd:increase1h', 'gateway');
      const arithmetic = total(
        MODELS.map((model) => lostBy(model, before, after)),
        (usd) => usd,
      );
      // The rule counts sixty seconds for each minute, of which three have passed here.
      const rule = (lost.litellm ?? 0) / HASTE;
      // The verdict tells an outage one or two rounds of pairs late, and questions differ in length.
      expect(difference(rule, arithmetic), `${rule} USD by the rule, ${arithmetic} by the arithmetic`).toBeLessThan(0.05);
      const hits = await values(prometheus, 'gateway_deployment:litellm_cached_tokens:ratio_increase1h', 'model');
      expect(difference(hits.assistant ?? 0, 0.5)).toBeLessThan(0.02);
    },
    400_000,
  );
});
