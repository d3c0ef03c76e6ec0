import { describe, expect, it } from 'vitest';
import {
  buckets,
  type Counter,
  calc,
  counter,
  foreignCounter,
  gauge,
  increase,
  max,
  ofExporter,
  quantile,
  rate,
  sum,
} from '../../../grafana/src/query.ts';

describe('a query of a dashboard', () => {
  it('narrows by job, instance and owner, under the names of Prometheus', () => {
    expect(gauge('redis.memory.used').promql).toBe('redis_memory_used_bytes{job=~"$job", instance=~"$instance", redis_target=~"$target"}');
    expect(gauge('llm.gateway.up').promql).toBe('llm_gateway_up{job=~"$job", instance=~"$instance", gateway=~"$gateway"}');
    expect(gauge('process.memory.usage').promql).toBe('process_memory_usage_bytes{job=~"$job", instance=~"$instance"}');
    expect(foreignCounter('litellm_redis_failed_requests_total').counter).toBe('litellm_redis_failed_requests_total{job=~"$litellm_job"}');
  });

  it('matches a member, several, and all but some', () => {
    const matchers = (selector: { counter: string }) => /"\$target"(.*)\}$/.exec(selector.counter)?.[1];
    expect(matchers(counter('redis.auth.rejections', { 'error.type': 'NOAUTH' }))).toBe(', error_type="NOAUTH"');
    expect(matchers(counter('redis.cmd.calls', { cmd: ['get', 'set'] }))).toBe(', cmd=~"get|set"');
    expect(matchers(counter('redis.cmd.calls', { cmd: { not: 'get' } }))).toBe(', cmd!="get"');
    expect(matchers(counter('redis.cmd.calls', { cmd: { not: ['get', 'set'] } }))).toBe(', cmd!~"get|set"');
  });

  it('is put together', () => {
    const hits: Counter<'a'> = { counter: 'hits' };
    const lag: Counter<'a' | 'le'> = { counter: 'lag_bucket' };
    expect(max(['a'], rate(hits)).promql).toBe('max by (a) (rate(hits[$__rate_interval]))');
    expect(sum([], increase(hits, '1h')).promql).toBe('sum(increase(hits[1h]))');
    expect(quantile(0.95, ['a'], rate(lag)).promql).toBe('histogram_quantile(0.95, sum by (le, a) (rate(lag_bucket[$__rate_interval])))');
    expect(calc`60 * ${{ promql: 'x' }} > ${{ promql: 'y' }}`.promql).toBe('60 * x > y');
    expect(ofExporter({ promql: 'up' }).promql).toMatch(
      /^up and on \(job, instance\) last_over_time\(cache_exporter_build_info\{.*\}\[1h\]\)$/,
    );
  });

  it('does not compile with what the catalogue does not have', () => {
    const wrong = [
      // @ts-expect-error There is no such metric.
      () => gauge('redis.memory.usedd'),
      // @ts-expect-error It has no such label.
      () => counter('redis.cmd.calls', { command: 'get' }),
      // @ts-expect-error The label has no such value.
      () => counter('redis.cmd.calls', { cmd: 'gett' }),
      // @ts-expect-error A counter has no level to show.
      () => gauge('redis.keyspace.hits'),
      // @ts-expect-error A gauge does not grow.
      () => rate(gauge('redis.memory.used')),
      // @ts-expect-error Its series have no such label to be summed by.
      () => sum(['gateway'], rate(counter('redis.cmd.calls'))),
      // @ts-expect-error A quantile needs buckets.
      () => buckets('redis.memory.used'),
    ];
    expect(wrong).toHaveLength(7);
  });
});
