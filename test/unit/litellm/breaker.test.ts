import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breakerOpen, breakerReading, hasOwnMetrics, metricsUrl } from '../../../src/litellm/breaker.ts';

/** As LiteLLM 1.106.0 writes it. */
function metrics(...states: string[]): string {
  return [
    '# HELP litellm_redis_circuit_breaker_state Number of Redis circuit breakers currently in each state',
    '# TYPE litellm_redis_circuit_breaker_state gauge',
    ...states.map((state) => `litellm_redis_circuit_breaker_state{${state}`),
    'litellm_redis_circuit_breaker_transitions_total{state="open"} 1.0',
    '',
  ].join('\n');
}

describe('the circuit breaker in the metrics of a gateway', () => {
  it('is open when one is open and none is closed', () => {
    expect(breakerOpen(metrics('state="closed"} 0.0', 'state="open"} 1.0'))).toBe(true);
    expect(breakerOpen(metrics('pid="7",state="open"} 1.0', 'pid="8",state="open"} 1.0'))).toBe(true);
  });

  it('is not open when another one is closed, which may be that of the cache', () => {
    expect(breakerOpen(metrics('state="closed"} 1.0'))).toBe(false);
    expect(breakerOpen(metrics('state="closed"} 1.0', 'state="open"} 1.0'))).toBe(false);
    expect(breakerOpen(metrics('state="half_open"} 1.0', 'state="open"} 0.0'))).toBe(false);
    expect(breakerOpen(metrics('pid="7",state="open"} 1.0', 'pid="8",state="closed"} 1.0'))).toBe(false);
  });

  it('is not known where the metric is missing', () => {
    expect(breakerOpen(metrics())).toBeUndefined();
    expect(breakerOpen('')).toBeUndefined();
  });

  it('is read in every form that the text format of Prometheus allows', () => {
    for (const line of [
      'state="closed"} 1.0 1700000000000',
      'state="closed"}  1',
      'state="closed"}\t1',
      'state="closed",} 1',
      ' state = "closed" } 1',
      'pid="a}b",state="closed"} 1',
      `x="${'a'.repeat(2_000)}",state="closed"} 1`,
      'x="a,state=\\"half_open\\"",state="closed"} 1e0',
      'state="closed"} 1.0\r',
    ])
      expect(breakerOpen(metrics('state="open"} 1.0', line)), line).toBe(false);
  });

  it.each(['NaN', '+Inf', '-1', '1.2.3', 'e', '1e999', '1'.repeat(40), '', 'one', '1 2 3'])(
    'is not known where a breaker may be closed, which the value %j does not tell',
    (value) => {
      for (const state of ['closed', 'half_open', 'open', 'new'])
        expect(breakerOpen(metrics('state="open"} 1.0', `state="${state}"} ${value}`)), state).toBeUndefined();
    },
  );

  it('is not known where a line is cut off, has no state, an unknown one, or more labels than are read', () => {
    for (const line of ['state="clo', '', 'pid="7"} 1.0', 'state="weird"} 1.0', `x="${'a'.repeat(5_000)}",state="closed"} 1`])
      expect(breakerOpen(metrics('state="open"} 1.0', line)), line).toBeUndefined();
    expect(breakerOpen(metrics('state="open"} 1.0').replace('transitions_total', 'state 1.0'))).toBeUndefined();
  });

  it('is read from any text without failing', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => breakerOpen(metrics(text)) !== true));
  });
});

describe('a page at the address of the metrics', () => {
  it.each([
    ['up 1.0\n', 'none'],
    ['# TYPE up gauge\n', 'none'],
    ['litellm_requests_total{model="a b",x="{}"} 1e+06\n', 'none'],
    ['x{} NaN', 'none'],
    ['', 'none'],
    ['\n \n', 'none'],
    ['<html>\n<body>up</body>', 'no_metrics'],
    ['{"detail":"Not Found"}', 'no_metrics'],
    ['Hello, world', 'no_metrics'],
    ['Error\nFound 404 pages', 'no_metrics'],
    ['x_total{a="b"} 1.0 # {trace="x"} 1.0 123.4\n', 'none'],
    ['x 1.0 1700000000000\r\n', 'none'],
    ['\uFEFF# TYPE up gauge\n', 'none'],
    ['# a comment of another kind', 'no_metrics'],
    [metrics('state="closed"} 1.0'), 'not_open'],
    // Since 1.108 the sum of all workers, and before of each by its process.
    [metrics('state="open"} 2.0', 'state="half_open"} 0.0', 'state="closed"} 0.0'), 'open'],
    [metrics('pid="7",state="open"} 1.0', 'pid="8",state="open"} 1.0'), 'open'],
  ])('%j is %s', (page, reading) => {
    expect(breakerReading(page)).toBe(reading);
  });

  it('is read in time that grows with its length, whatever it is', () => {
    const parts = ['a', 'a{', 'a{}\n', 'a ', '\n', '} 1 #', '} 1 #\t', 'a="', '\\"', '"}', ' ', '1 ', '#'];
    const lines = parts.flatMap((part) => [250, 8_192, 1_000_000].map((length) => `a{${part.repeat(length / part.length)}x\n`));
    const pages = lines.map((line) => line.repeat(1_000_000 / line.length));
    for (const page of [...parts.map((part) => part.repeat(1_000_000 / part.length)), ...pages])
      expect(['none', 'no_metrics']).toContain(breakerReading(page));
  });

  it('is read in linear time where each line looks like a sample again and again', () => {
    const page = `a{${'} 1 #'.repeat(1_640)}\n`.repeat(127);
    // Time that grows with the square of a line would be ten minutes.
    for (let times = 0; times < 60; times += 1) expect(breakerReading(page)).toBe('no_metrics');
  });

  it('is at the address that is configured, or behind a slash beside the API', () => {
    expect(metricsUrl({ url: 'http://g:4000' })).toBe('http://g:4000/metrics/');
    expect(metricsUrl({ url: 'http://g:4000/base', metrics_url: 'http://g:4000/base/metrics' })).toBe('http://g:4000/base/metrics/');
    expect(metricsUrl({ url: 'http://g:4000', metrics_url: 'http://g:4001/metrics' })).toBe('http://g:4001/metrics');
    const own = ['http://g:4000/metrics', 'http://g:4001/metrics', undefined].map((metrics_url) =>
      hasOwnMetrics({ url: 'http://g:4000', metrics_url }),
    );
    expect(own).toEqual([false, true, false]);
  });
});
