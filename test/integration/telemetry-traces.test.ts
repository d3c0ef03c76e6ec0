import { afterEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/effective.ts';
import type { Tick } from '../../src/model/tick.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { startTelemetry, type Telemetry } from '../../src/telemetry/telemetry.ts';
import { eventually } from '../support/eventually.ts';
import { metricLines } from '../support/metrics-text.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';

const GOES_ON = new AbortController().signal;
const open: Telemetry[] = [];
afterEach(async () => {
  for (const telemetry of open.splice(0)) await telemetry.close();
});

function configured(traces: Partial<Config['traces']>) {
  return { log: { level: 'info', format: 'json' }, traces: { sample_ratio: 1, ...traces }, metrics: {} } as const;
}

async function started(traces: Partial<Config['traces']>) {
  const lines: string[] = [];
  const env = { OTEL_SERVICE_NAME: 'cache-eyes', OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=one' };
  const telemetry = await startTelemetry({
    config: configured(traces),
    version: '1.2.3',
    env,
    clock: systemClock,
    out: (line) => lines.push(line),
  });
  open.push(telemetry);
  const tick = (run: (tick: Tick) => Promise<void>) =>
    telemetry.observed({ name: 'gateway proxy', interval: 60_000, timeout: 10_000, run }, 'gateway')(GOES_ON);
  return { telemetry, tick, lines };
}

/** An address where nothing listens: that of a receiver that is gone. */
async function nowhere(): Promise<string> {
  const receiver = await startOtlpReceiver();
  await receiver.stop();
  return receiver.url;
}

async function secondsToClose(telemetry: Telemetry): Promise<number> {
  const start = performance.now();
  await telemetry.close();
  return (performance.now() - start) / 1000;
}

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

describe('a receiver that is down', () => {
  it('is told once in the log and counted on the page, and costs less than three seconds at the end', async () => {
    const { telemetry, tick, lines } = await started({ endpoint: await nowhere() });
    await tick(async () => undefined);
    const exported = async () =>
      metricLines((await telemetry.metricsPage(undefined)).body).find(
        ({ name, labels }) => name === 'otel_sdk_exporter_span_exported_total' && labels.error_type !== undefined,
      );
    expect((await eventually(exported, 10_000)).value).toBe(1);
    await tick(async () => undefined);
    await eventually(async () => ((await exported())?.value ?? 0) >= 2, 10_000);
    await tick(async () => undefined);
    expect(await secondsToClose(telemetry)).toBeLessThan(3);
    expect(lines.filter((line) => line.includes('The export of telemetry failed'))).toHaveLength(1);
    expect(lines.join('')).toContain('ECONNREFUSED');
  });

  it('does not hold up the page or the end by never answering', async () => {
    const receiver = await startOtlpReceiver({ silent: true });
    const { telemetry, tick } = await started({ endpoint: receiver.url });
    await tick(async () => undefined);
    await eventually(() => receiver.text() !== '', 10_000);
    const start = performance.now();
    await telemetry.metricsPage(undefined);
    expect(performance.now() - start).toBeLessThan(500);
    await tick(async () => undefined);
    expect(await secondsToClose(telemetry)).toBeLessThan(3);
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
