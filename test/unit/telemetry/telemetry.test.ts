import { afterEach, describe, expect, it } from 'vitest';
import { sample } from '../../../src/catalogue/sample.ts';
import { startTelemetry, type Telemetry } from '../../../src/telemetry/telemetry.ts';
import { handClock } from '../../support/clock.ts';
import { pageText } from '../../support/page-text.ts';

const CONFIG = { log: { level: 'info', format: 'json' }, traces: { sample_ratio: 1 }, metrics: {} } as const;
const closing: Telemetry[] = [];
afterEach(async () => {
  for (const telemetry of closing.splice(0)) await telemetry.close();
});

async function started() {
  const clock = handClock();
  const lines: string[] = [];
  const telemetry = await startTelemetry({
    config: CONFIG,
    version: '1.2.3',
    env: { OTEL_SERVICE_NAME: 'cache-eyes' },
    clock,
    out: (line) => lines.push(line),
  });
  closing.push(telemetry);
  const page = async () => pageText(await telemetry.metricsPage(undefined)).split('\n');
  return { clock, lines, telemetry, page };
}

describe('the page of a daemon that has just started', () => {
  it('describes the process', async () => {
    const { page } = await started();
    const lines = await page();
    expect(lines).toContain(`cache_exporter_build_info{version="1.2.3",node_version="${process.versions.node}"} 1`);
    expect(lines).toContain('cache_exporter_start_time_seconds 1700000000');
    expect(lines.find((line) => line.startsWith('target_info'))).toContain('service_name="cache-eyes"');
    const value = (name: string) => Number(lines.find((line) => line.startsWith(`${name} `))?.split(' ')[1]);
    expect(value('process_memory_usage_bytes')).toBeGreaterThan(20e6);
    expect(value('process_uptime_seconds')).toBeGreaterThan(0);
    expect(value('process_cpu_time_seconds_total{cpu_mode="user"}')).toBeGreaterThan(0);
    expect(value('nodejs_eventloop_utilization_ratio')).toBeLessThanOrEqual(1);
  });

  it('counts missed ticks from 0', async () => {
    const { page, telemetry } = await started();
    const missed = async () => (await page()).filter((line) => line.startsWith('cache_exporter_job_missed_total'));
    expect(await missed()).toEqual([
      'cache_exporter_job_missed_total{task="target",reason="overlap"} 0',
      'cache_exporter_job_missed_total{task="target",reason="late"} 0',
      'cache_exporter_job_missed_total{task="census",reason="overlap"} 0',
      'cache_exporter_job_missed_total{task="census",reason="late"} 0',
      'cache_exporter_job_missed_total{task="reuse",reason="overlap"} 0',
      'cache_exporter_job_missed_total{task="reuse",reason="late"} 0',
      'cache_exporter_job_missed_total{task="gateway",reason="overlap"} 0',
      'cache_exporter_job_missed_total{task="gateway",reason="late"} 0',
      'cache_exporter_job_missed_total{task="lease",reason="overlap"} 0',
      'cache_exporter_job_missed_total{task="lease",reason="late"} 0',
    ]);
    telemetry.schedulerReport.missed('gateway', 'late');
    telemetry.schedulerReport.lag('gateway', 0.2);
    expect((await missed())[7]).toBe('cache_exporter_job_missed_total{task="gateway",reason="late"} 1');
    expect(await page()).toContain('cache_exporter_job_lag_seconds_bucket{task="gateway",le="0.25"} 1');
  });
});

describe('reload', () => {
  it('tells whether the last load worked and when the last good one was', async () => {
    const { clock, telemetry, page } = await started();
    telemetry.reloaded({ successful: true, at: clock.now() });
    await clock.advance(60_000);
    telemetry.reloaded({ successful: false, at: clock.now() });
    const lines = await page();
    expect(lines).toContain('cache_exporter_config_last_reload_successful 0');
    expect(lines).toContain('cache_exporter_config_last_reload_success_timestamp_seconds 1700000000');
  });

  it('changes the log', async () => {
    const { telemetry, lines } = await started();
    telemetry.log.debug({}, 'Unheard');
    await telemetry.reconfigure({ ...CONFIG, log: { level: 'debug', format: 'text' } });
    telemetry.log.debug({}, 'Heard');
    expect(lines).toEqual(['2023-11-14T22:13:20.000Z DEBUG Heard\n']);
  });
});

describe('a target', () => {
  it('is on the page until it is closed', async () => {
    const { clock, telemetry, page } = await started();
    const series = telemetry.store.open({ kind: 'target', name: 'cache', staleAfter: 45_000 });
    series.replace('scrape', [sample('redis.up', {}, 1)], clock.now());
    expect(await page()).toContain('redis_up{redis_target="cache"} 1');
    series.close();
    expect((await page()).filter((line) => line.includes('redis_up'))).toEqual([]);
  });
});

describe('ticks', () => {
  it('come with a trace id and a context to hand on, without a receiver for traces', async () => {
    const { telemetry, page } = await started();
    let traceparent: string | undefined;
    const tick = telemetry.observed(
      {
        name: 'gateway proxy',
        interval: 60_000,
        timeout: 10_000,
        run: (tick) =>
          tick.step('first', async (headers) => {
            traceparent = headers.traceparent;
          }),
      },
      'gateway',
    );
    await tick(new AbortController().signal);
    expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(await page()).toContain('cache_exporter_job_duration_seconds_count{task="gateway",outcome="success"} 1');
  });
});
