import { describe, expect, it } from 'vitest';
import { runShape, type ShapeCheck } from '../../../src/fidelity/runner.ts';
import type { GatewayRequest, Reply } from '../../../src/litellm/gateway.ts';
import type { FidelityShape } from '../../../src/model/fidelity.ts';
import type { Tick } from '../../../src/model/tick.ts';
import { answerOf } from '../../../src/origin/answer.ts';
import { readAsked } from '../../../src/origin/asked.ts';
import { newStamp } from '../../../src/origin/stamp.ts';
import { eventsOf } from '../../../src/origin/wire/index.ts';
import { handClock } from '../../support/clock.ts';
import { ORIGIN_KEYS, originAnswer } from '../../support/prescribed.ts';

const PHASES = { resolve: 0, connect: 0, tls: 0, send: 0, wait: 0, transfer: 0 };
const answered = (body: object): Reply => ({ status: 200, headers: {}, body: JSON.stringify(body), seconds: 0, phases: PHASES });
const FAILED: Reply = { failure: 'timeout', seconds: 1 };
const OTHER = answered({ id: 'x', choices: [{ index: 0, message: { role: 'assistant', content: 'ok' } }] });
const FOREIGN = 'foreign';
const ORIGIN = 'origin';

type End = Reply | typeof ORIGIN | typeof FOREIGN;

/** What is paid for where the requests of one try end like this. */
async function paidOf(...ends: readonly End[]): Promise<Reply[]> {
  return (
    await tried('text', async (body, sent) => {
      const end = ends[sent] ?? FAILED;
      if (typeof end !== 'string') return end;
      return answered(originAnswer('chat', body, end === ORIGIN ? ORIGIN_KEYS : ['another key']));
    })
  ).paid;
}

/** One try of a shape before a gateway that answers like this. */
async function tried(
  shape: FidelityShape,
  answer: (body: unknown, sent: number) => Promise<Reply>,
): Promise<{ check: ShapeCheck; paid: Reply[] }> {
  const clock = handClock();
  const paid: Reply[] = [];
  let sent = 0;
  const send = ({ body }: GatewayRequest): Promise<Reply> => answer(JSON.parse(body ?? ''), sent++);
  const tick: Tick = {
    signal: new AbortController().signal,
    traceId: '0af7651916cd43dd8448eb211c80319c',
    step: (_, run) => run({}, () => undefined),
    note: () => undefined,
  };
  const plan = {
    shape,
    model: 'm',
    ttlSeconds: 60,
    instance: '01234567',
    onDemand: false,
    keys: ORIGIN_KEYS,
    until: 60_000,
  } as const;
  const parts = { gateways: { first: { send }, repeated: { send } }, keys: undefined, clock: { ...clock, sleep: async () => undefined } };
  const rest = { pay: (reply: Reply) => void paid.push(reply), mayGoOn: () => false, serves: async () => false };
  return { check: await runShape(plan, { ...parts, ...rest }, tick), paid };
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

  it('are not answered by a stream that tells of an error, and wrong where one that tells of none loses its text', async () => {
    const stream = async (end: string) => {
      let stamp = newStamp('');
      const { check } = await tried('stream_text', async (body, sent) => {
        const asked = readAsked('chat', body);
        if ('problem' in asked) throw new Error(asked.problem);
        if (sent === 0) stamp = newStamp(asked.nonce);
        const blocks = eventsOf('chat', answerOf(stamp, asked, ORIGIN_KEYS), asked);
        const whole = blocks.join('');
        const cut = `${whole.slice(0, whole.lastIndexOf(' 0"'))}"}}]}\n\n${end}`;
        return { ...answered({}), body: sent === 0 ? whole : cut };
      });
      return check;
    };
    const error = 'data: {"error":{"message":"the provider failed","code":500}}\n\n';
    for (const end of [error, `${error}data: [DONE]\n\n`]) {
      expect(await stream(end)).toMatchObject({ result: 'unknown', why: 'unanswered', failure: 'provider' });
    }
    expect(await stream('data: [DONE]\n\n')).toMatchObject({
      result: 'wrong',
      parts: expect.arrayContaining(['/choices/0/message/content']),
    });
  });
});
