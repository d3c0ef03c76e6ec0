import { afterEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/effective.ts';
import type { Tick } from '../../src/model/tick.ts';
import { type Clock, systemClock } from '../../src/schedule/clock.ts';
import { startTelemetry, type Telemetry } from '../../src/telemetry/telemetry.ts';
import { eventually } from '../support/eventually.ts';
import { metricLines } from '../support/metrics-text.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { pageText } from '../support/page-text.ts';

const GOES_ON = new AbortController().signal;
const open: Telemetry[] = [];
afterEach(async () => {
  for (const telemetry of open.splice(0)) await telemetry.close();
});

function configured(traces: Partial<Config['traces']>) {
  return { log: { level: 'info', format: 'json' }, traces: { sample_ratio: 1, ...traces }, metrics: {} } as const;
}

async function started(traces: Partial<Config['traces']>, clock: Clock = systemClock) {
  const lines: string[] = [];
  const env = { OTEL_SERVICE_NAME: 'cache-eyes', OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=one' };
  const telemetry = await startTelemetry({
    config: configured(traces),
    version: '1.2.3',
    env,
    clock,
    out: (line) => lines.push(line),
  });
  open.push(telemetry);
  const tick = (run: (tick: Tick) => Promise<void>) =>
    telemetry.observed({ name: 'gateway proxy', interval: 60_000, timeout: 10_000, run }, 'gateway')(GOES_ON);
  return { telemetry, tick, lines };
}

type Trouble = 'down' | 'answering 404' | 'hanging';

/** A receiver in trouble, and the same address without it. */
async function troubled(trouble: Trouble) {
  const receiver = await startOtlpReceiver({ silent: trouble === 'hanging', status: 404 });
  if (trouble === 'down') await receiver.stop();
  return {
    url: receiver.url,
    heal: async () => {
      if (trouble !== 'down') await receiver.stop();
      return startOtlpReceiver({ port: Number(new URL(receiver.url).port) });
    },
  };
}

/** The value of a metric of the SDK on the page, with a label and its value. */
async function counted(telemetry: Telemetry, metric: string, errorType?: RegExp): Promise<number> {
  const lines = metricLines(pageText(await telemetry.metricsPage(undefined)));
  return lines
    .filter(({ name, labels }) => name === metric && (errorType === undefined || errorType.test(labels.error_type ?? '')))
    .reduce((sum, { value }) => sum + value, 0);
}

/** Spans whose export was given up. */
const lost = (telemetry: Telemetry) => counted(telemetry, 'otel_sdk_exporter_span_exported_total', /./);

describe('a tick', () => {
  it('arrives as a trace: a root span, a child for each step, and the context that was handed on', async () => {
    const receiver = await startOtlpReceiver();
    const { telemetry, tick } = await started({ endpoint: `${receiver.url}/` });
    const carried: string[] = [];
    let traceId = '';
    await tick(async (tick) => {
      traceId = tick.traceId;
      for (const name of ['first', 'duplicate']) {
        await tick.step(name, async (headers, note) => {
          carried.push(headers.traceparent ?? '');
          note({ 'http.response.status_code': 200, 'gen_ai.request.model': 'cache-probe', absent: undefined, hosts: ['a', 'b'] });
        });
      }
      tick.note({ outcome: 'ok' });
    });
    await telemetry.close();
    const spans = receiver.spans();
    const root = spans.find(({ parentSpanId }) => parentSpanId === undefined);
    expect(root).toMatchObject({
      name: 'gateway proxy',
      traceId,
      attributes: { 'cache_exporter.task': 'gateway', outcome: 'ok' },
      status: { code: 0 },
      events: [],
    });
    expect(root?.resource).toMatchObject({ 'service.name': 'cache-eyes', 'service.version': '1.2.3', 'service.instance.id': 'one' });
    const children = spans.filter(({ parentSpanId }) => parentSpanId === root?.spanId);
    expect(children.map(({ name, attributes }) => [name, attributes])).toEqual(
      ['first', 'duplicate'].map((name) => [
        name,
        { 'http.response.status_code': 200, 'gen_ai.request.model': 'cache-probe', hosts: ['a', 'b'] },
      ]),
    );
    expect(carried).toEqual(children.map(({ spanId }) => `00-${traceId}-${spanId}-01`));
    expect(spans).toHaveLength(3);
  });

  it('that fails tells class and message of its error, on the step and on the root, and nothing that hangs on it', async () => {
    const receiver = await startOtlpReceiver();
    const { telemetry, tick } = await started({ endpoint: receiver.url });
    await tick((tick) =>
      tick.step('AUTH', async () => {
        const command = { name: 'hello', args: ['3', 'AUTH', 'default', 'hunter2'] };
        throw Object.assign(new Error('the password was refused'), { failure: 'wrongpass', command });
      }),
    );
    await telemetry.close();
    const told = receiver
      .spans()
      .map(({ name, attributes, status, events }) => ({ name, error: attributes['error.type'], status, events }));
    const rest = {
      error: 'wrongpass',
      status: { code: 2, message: 'the password was refused' },
      events: [
        expect.objectContaining({
          name: 'exception',
          attributes: { 'exception.type': 'wrongpass', 'exception.message': 'the password was refused' },
        }),
      ],
    };
    expect(told).toEqual([
      { name: 'AUTH', ...rest },
      { name: 'gateway proxy', ...rest },
    ]);
    expect(receiver.text()).not.toContain('hunter2');
  });

  it('is not sent when it is not sampled, and says so to whom it asks', async () => {
    const receiver = await startOtlpReceiver();
    const { telemetry, tick } = await started({ endpoint: receiver.url, sample_ratio: 0 });
    let traceparent: string | undefined;
    await tick((tick) =>
      tick.step('first', async (headers) => {
        traceparent = headers.traceparent;
      }),
    );
    await telemetry.close();
    expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(receiver.text()).toBe('');
  });
});

describe.each<{ trouble: Trouble; reason: RegExp }>([
  { trouble: 'down', reason: /ECONNREFUSED/ },
  { trouble: 'answering 404', reason: /404/ },
  { trouble: 'hanging', reason: /timed? ?out/i },
])('a receiver that is $trouble', ({ trouble, reason }) => {
  it('is told once in the log until it works again, and counted on the page, which does not wait', async () => {
    const receiver = await troubled(trouble);
    const { telemetry, tick, lines } = await started({ endpoint: receiver.url });
    const told = () => lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg.includes('export of telemetry'));
    for (const failures of [1, 2]) {
      await tick(async () => undefined);
      // The page is there before the export has been given up, which only then is counted as lost.
      const page = await telemetry.metricsPage(undefined);
      expect(page.length).toBeGreaterThan(0);
      await eventually(async () => (await lost(telemetry)) >= failures, 10_000);
    }
    expect(told()).toEqual([
      expect.objectContaining({
        level: 'warn',
        msg: 'The export of telemetry failed',
        outlet: 'traces',
        error: expect.stringMatching(reason),
      }),
    ]);
    const healed = await receiver.heal();
    await tick(async (tick) => tick.note({ when: 'after' }));
    await eventually(() => told().length > 1, 10_000);
    expect(told().slice(1)).toEqual([
      expect.objectContaining({ level: 'info', msg: 'The export of telemetry works again', outlet: 'traces', failures: 2 }),
    ]);
    expect(healed.spans().map(({ attributes }) => attributes.when)).toEqual(['after']);
  });

  it('holds up the end for less than three seconds: so long the exporter waits at most', async () => {
    const waits: number[] = [];
    const sleep: Clock['sleep'] = (milliseconds, signal) => {
      waits.push(milliseconds);
      return systemClock.sleep(milliseconds, signal);
    };
    const { telemetry, tick } = await started({ endpoint: (await troubled(trouble)).url }, { ...systemClock, sleep });
    await tick(async () => undefined);
    await telemetry.close();
    expect(waits.length).toBeGreaterThan(0);
    expect(Math.max(...waits)).toBeLessThan(3_000);
  }, 60_000);
});

describe('a receiver that takes nothing', () => {
  it('costs memory for 2048 spans; those beyond are dropped and counted', async () => {
    const { url } = await troubled('hanging');
    const { telemetry, tick } = await started({ endpoint: url });
    for (let span = 0; span < 4_000; span++) await tick(async () => undefined);
    expect(await counted(telemetry, 'otel_sdk_processor_span_queue_size')).toBe(2_048);
    expect(await counted(telemetry, 'otel_sdk_processor_span_processed_total', /queue_full/)).toBeGreaterThan(1_000);
  });
});

describe('a reload', () => {
  it('sends what is left to the old receiver and the rest to the new one', async () => {
    const [before, after] = [await startOtlpReceiver(), await startOtlpReceiver()];
    const { telemetry, tick } = await started({ endpoint: before.url });
    await tick(async (tick) => tick.note({ when: 'before' }));
    await telemetry.reconfigure(configured({ endpoint: after.url }));
    await tick(async (tick) => tick.note({ when: 'after' }));
    await telemetry.reconfigure(configured({}));
    await tick(async (tick) => tick.note({ when: 'never' }));
    expect(before.spans().map(({ attributes }) => attributes.when)).toEqual(['before']);
    expect(after.spans().map(({ attributes }) => attributes.when)).toEqual(['after']);
  });
});
