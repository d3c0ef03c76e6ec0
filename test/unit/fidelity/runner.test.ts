import { describe, expect, it } from 'vitest';
import { runShape } from '../../../src/fidelity/runner.ts';
import type { GatewayRequest, Reply } from '../../../src/litellm/gateway.ts';
import type { Tick } from '../../../src/model/tick.ts';
import { handClock } from '../../support/clock.ts';
import { ORIGIN_KEYS, originAnswer } from '../../support/prescribed.ts';

const PHASES = { resolve: 0, connect: 0, tls: 0, send: 0, wait: 0, transfer: 0 };
const answered = (body: object): Reply => ({ status: 200, headers: {}, body: JSON.stringify(body), seconds: 0, phases: PHASES });
const FAILED: Reply = { failure: 'timeout', seconds: 1 };
const OTHER = answered({ id: 'x', choices: [{ index: 0, message: { role: 'assistant', content: 'ok' } }] });
const FOREIGN = 'foreign';
const ORIGIN = 'origin';

/** What is paid for where the requests of one try end like this. */
async function paidOf(...ends: readonly (Reply | typeof ORIGIN | typeof FOREIGN)[]): Promise<Reply[]> {
  const clock = handClock();
  const paid: Reply[] = [];
  let sent = 0;
  const send = async ({ body }: GatewayRequest): Promise<Reply> => {
    const end = ends[sent] ?? FAILED;
    sent += 1;
    if (typeof end !== 'string') return end;
    return answered(originAnswer('chat', JSON.parse(body ?? ''), end === ORIGIN ? ORIGIN_KEYS : ['another key']));
  };
  const tick: Tick = {
    signal: new AbortController().signal,
    traceId: '0af7651916cd43dd8448eb211c80319c',
    step: (_, run) => run({}, () => undefined),
    note: () => undefined,
  };
  const plan = {
    shape: 'text',
    model: 'm',
    ttlSeconds: 60,
    instance: '01234567',
    onDemand: false,
    keys: ORIGIN_KEYS,
    until: 60_000,
  } as const;
  const parts = { gateways: { first: { send }, repeated: { send } }, keys: undefined, clock: { ...clock, sleep: async () => undefined } };
  const rest = { pay: (reply: Reply) => void paid.push(reply), mayGoOn: () => false, serves: async () => false };
  await runShape(plan, { ...parts, ...rest }, tick);
  return paid;
}

describe('the requests of a shape', () => {
  it('cost nothing where the origin answers them', async () => {
    expect(await paidOf(ORIGIN, ORIGIN)).toEqual([]);
  });

  it('are paid for where something else answers one of them, or none does', async () => {
    expect(await paidOf(OTHER, OTHER)).toEqual([OTHER, OTHER]);
    expect(await paidOf(OTHER, ORIGIN)).toEqual([OTHER]);
    expect(await paidOf(ORIGIN, OTHER)).toEqual([OTHER]);
    expect(await paidOf(OTHER, FAILED)).toEqual([OTHER, FAILED]);
    expect(await paidOf(FAILED)).toEqual([FAILED]);
    expect(await paidOf(FOREIGN, FOREIGN)).toHaveLength(2);
  });
});
