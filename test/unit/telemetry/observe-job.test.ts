import { describe, expect, it } from 'vitest';
import type { Tick } from '../../../src/model/tick.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';
import { observeJob } from '../../../src/telemetry/observe-job.ts';
import { createStore } from '../../../src/telemetry/store.ts';
import { createIdTracer } from '../../../src/telemetry/tracer.ts';
import { handClock } from '../../support/clock.ts';

const GOES_ON = new AbortController().signal;

/** An error of a boundary: it tells its class. */
function refused(failure = 'refused'): Error {
  return Object.assign(new Error(`no answer: ${failure}`), { failure });
}

function observation(run: (tick: Tick) => Promise<void>) {
  const clock = handClock();
  const store = createStore(clock);
  const lines: string[] = [];
  const tick = observeJob({ name: 'target cache', interval: 15_000, timeout: 2_000, run }, 'target', {
    tracer: createIdTracer,
    series: store.open({ kind: 'exporter', name: 'self', staleAfter: Infinity }),
    log: createLogger({ level: 'debug', format: 'json' }, (line) => lines.push(line), clock).log,
    clock,
  });
  return {
    clock,
    tick,
    lines: (): Record<string, unknown>[] => lines.map((line) => JSON.parse(line)),
    durations: () =>
      [...store.read(clock.now())].flatMap(({ points }) => points.map(({ attributes, value }) => [attributes.outcome, value])),
  };
}

describe('a tick that succeeds', () => {
  it('is one line at debug and one duration with its trace as exemplar', async () => {
    let traceId = '';
    const { tick, lines, durations, clock } = observation(async (tick) => {
      traceId = tick.traceId;
      await clock.advance(300);
    });
    await tick(GOES_ON);
    expect(lines()).toEqual([
      { level: 'debug', time: '2023-11-14T22:13:20.300Z', job: 'target cache', seconds: 0.3, trace_id: traceId, msg: 'The tick succeeded' },
    ]);
    expect(durations()).toMatchObject([['success', { count: 1, sum: 0.3 }]]);
  });

  it('has a trace of its own, and hands each step a context within it', async () => {
    const headers: Record<string, string>[] = [];
    const ids: string[] = [];
    const { tick } = observation(async (tick) => {
      ids.push(tick.traceId);
      for (const name of ['first', 'second']) expect(await tick.step(name, async (carried) => headers.push(carried))).toBeGreaterThan(0);
    });
    await tick(GOES_ON);
    await tick(GOES_ON);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(headers.map(({ traceparent }) => traceparent?.slice(3, 35))).toEqual([ids[0], ids[0], ids[1], ids[1]]);
    for (const { traceparent } of headers) expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
    expect(new Set(headers.map(({ traceparent }) => traceparent)).size).toBe(4);
  });
});

describe('a tick that fails', () => {
  it('does not reject, warns with the class of the error and counts as a failure', async () => {
    const { tick, lines, durations } = observation(async () => {
      throw refused();
    });
    await tick(GOES_ON);
    expect(lines()).toMatchObject([{ level: 'warn', error_type: 'refused', error: 'no answer: refused', msg: 'The tick failed' }]);
    expect(lines()[0]).not.toHaveProperty('stack');
    expect(durations()).toMatchObject([['failure', { count: 1 }]]);
  });

  it('warns once while the class stays, and says how often when it changes or ends', async () => {
    const failures = ['refused', 'refused', 'refused', 'timeout', undefined, undefined, 'refused'];
    const { tick, lines } = observation(async () => {
      const failure = failures.shift();
      if (failure !== undefined) throw refused(failure);
    });
    while (failures.length > 0) await tick(GOES_ON);
    expect(
      lines().map(({ level, error_type, failures, error_type_before, failures_before }) => [
        level,
        error_type,
        failures,
        error_type_before,
        failures_before,
      ]),
    ).toEqual([
      ['warn', 'refused', undefined, undefined, undefined],
      ['debug', 'refused', 2, undefined, undefined],
      ['debug', 'refused', 3, undefined, undefined],
      ['warn', 'timeout', undefined, 'refused', 3],
      ['info', 'timeout', 1, undefined, undefined],
      ['debug', undefined, undefined, undefined, undefined],
      ['warn', 'refused', undefined, undefined, undefined],
    ]);
  });

  it('shows the stack of an error that nobody expected', async () => {
    const { tick, lines } = observation(async () => {
      throw new TypeError('undefined is not a function');
    });
    await tick(GOES_ON);
    expect(lines()[0]).toMatchObject({ error_type: 'TypeError', stack: expect.stringContaining('observe-job.test.ts') });
  });

  it('does not tell what hangs on an error', async () => {
    const { tick, lines } = observation(async (tick) => {
      await tick.step('AUTH', async () => {
        throw Object.assign(refused('wrongpass'), { command: { name: 'hello', args: ['3', 'AUTH', 'default', 'hunter2'] } });
      });
    });
    await tick(GOES_ON);
    expect(lines()).toHaveLength(1);
    expect(JSON.stringify(lines())).not.toContain('hunter2');
  });

  it('passes the error of a step on to the job', async () => {
    const error = refused();
    const caught: unknown[] = [];
    const { tick } = observation((tick) =>
      tick
        .step('PING', () => Promise.reject(error))
        .then(undefined, (reason) => {
          caught.push(reason);
        }),
    );
    await tick(GOES_ON);
    expect(caught).toEqual([error]);
  });
});

describe('a tick that is ended from outside', () => {
  it('counts as a timeout when its time ran out, whatever error that caused', async () => {
    const { tick, lines, durations } = observation(async () => {
      throw refused('closed');
    });
    await tick(AbortSignal.abort(new DOMException('too long', 'TimeoutError')));
    expect(durations()).toMatchObject([['timeout', { count: 1 }]]);
    expect(lines()).toMatchObject([{ level: 'warn', error_type: 'timeout', error: 'the tick took longer than 2000 ms' }]);
  });

  it('counts nowhere when it was stopped', async () => {
    const { tick, lines, durations } = observation(async () => {
      throw refused('closed');
    });
    await tick(AbortSignal.abort());
    expect(durations()).toEqual([]);
    expect(lines()).toMatchObject([{ level: 'debug', msg: 'The tick was stopped' }]);
  });
});
