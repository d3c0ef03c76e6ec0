import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breakerOpen } from '../../../src/litellm/breaker.ts';

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

  it('is read from any text without failing', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => breakerOpen(metrics(text)) !== true));
  });
});
