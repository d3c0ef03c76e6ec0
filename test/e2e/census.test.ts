import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { startExporter } from '../../dev/exporter.ts';
import { freePort } from '../../dev/process.ts';
import { eventually } from '../support/eventually.ts';
import { forThisFile } from '../support/lifetime.ts';
import { metricLines, metricValue } from '../support/metrics-text.ts';
import { startRedis } from '../support/redis.ts';

const TARGET = { name: 'cache', interval: '500ms', timeout: '400ms' };

describe('a daemon with a census', () => {
  it('has it on every page, keeps it between its ticks, takes it again after an outage and drops it on reload', async () => {
    const redis = await startRedis();
    await redis.command('SET', 'c0de'.repeat(16), 'x', 'EX', 3_600);
    await redis.command('SET', '{api_key:a}:tokens', 1);
    const target = { ...TARGET, url: redis.url, census: {} };
    const exporter = await forThisFile(startExporter(await freePort(), { redis: [target] }, {}));
    const keys = async (name: string) => metricValue(await exporter.metrics(), 'redis_census_keys', { redis_target: 'cache', class: name });
    const lastRun = async () => metricValue(await exporter.metrics(), 'redis_census_last_run_timestamp_seconds') ?? 0;
    const scrapes = async () => metricValue(await exporter.metrics(), 'redis_scrape_duration_seconds_count', { outcome: 'success' }) ?? 0;

    await eventually(async () => (await keys('response_or_key_hash')) === 1, 10_000);
    const page = await exporter.metrics();
    expect(metricValue(page, 'redis_census_keys', { class: 'rate_limit' })).toBe(1);
    expect(metricValue(page, 'redis_census_keys', { class: 'spend' })).toBe(0);
    expect(metricValue(page, 'redis_census_without_ttl', { class: 'rate_limit' })).toBe(1);
    expect(metricValue(page, 'redis_census_coverage_ratio')).toBe(1);
    expect(metricValue(page, 'redis_census_ttl_seconds_bucket', { le: '3600.0' })).toBe(1);
    expect(metricValue(page, 'redis_census_ttl_seconds_bucket', { le: '1800.0' })).toBe(0);
    expect(metricValue(page, 'cache_exporter_job_duration_seconds_count', { task: 'census', outcome: 'success' })).toBe(1);
    expect(await (await fetch(`${exporter.url}/api/v1/status`)).json()).toMatchObject({ targets: [{ census: { keys: 2, sampled: 2 } }] });
    expect(await (await fetch(exporter.url)).text()).toContain('2 of 2 keys of database 0 (all)');
    expect((await exporter.command('probe')).output).toMatch(
      /census from 2 of 2 keys of database 0 \(all\), (?:just now|\d+ s ago): 1 response_or_key_hash/,
    );

    const first = await lastRun();
    // The samples of a scrape go after three of its intervals; those of a census live for three of its own.
    const start = await scrapes();
    await eventually(async () => (await scrapes()) >= start + 5, 10_000);
    expect(await keys('response_or_key_hash')).toBe(1);
    expect(await lastRun()).toBe(first);

    await redis.command('ACL', 'SETUSER', 'default', 'off');
    await redis.command('CLIENT', 'KILL', 'USER', 'default');
    await eventually(
      async () => metricValue(await exporter.metrics(), 'redis_scrape_failures_total', { error_type: 'noauth' }) !== 0,
      5_000,
    );
    await redis.command('ACL', 'SETUSER', 'default', 'on');
    await eventually(async () => (await lastRun()) > first);

    const { http } = parse(await readFile(exporter.configFile, 'utf8'));
    await writeFile(exporter.configFile, stringify({ redis: [{ ...TARGET, url: redis.url }], http }));
    expect((await fetch(`${exporter.url}/-/reload`, { method: 'POST' })).status).toBe(200);
    expect(metricLines(await exporter.metrics()).filter(({ name }) => name.startsWith('redis_census'))).toEqual([]);
  });
});
