import { ASKED_ROUTE, type AskedRoute } from '../../src/explain/request.ts';
import { hasBehaviour } from '../../src/litellm/releases.ts';
import { ROUTES } from '../../src/model/cache.ts';
import { bodyText, randomRequest, seeded, type TrialRequest } from './bodies.ts';
import { pause, type Stand } from './stand.ts';

/** What was done before a request was looked up; in the first of them alone it is in the cache. */
export const SITUATION = [
  'present',
  'never_sent',
  'expired',
  'deleted',
  'other_namespace',
  'other_model',
  'other_user',
  'other_number',
  'other_order',
] as const;
type Situation = (typeof SITUATION)[number];

/** How a look-up ended: as it is, without saying, or wrongly. `skipped`: the gateway itself does not take the request, or stores nothing for it. */
export interface Trial {
  readonly situation: Situation;
  readonly route: string;
  readonly model: string;
  readonly outcome: 'right' | 'cannot tell' | 'wrong' | 'skipped';
  readonly reason: string;
  readonly body: string;
}

/** The APIs whose answers a release caches. */
function cachedRoutes(release: string): readonly AskedRoute[] {
  return ASKED_ROUTE.filter((route) => {
    const { cachedWith } = ROUTES[route];
    return cachedWith === undefined || hasBehaviour(release, cachedWith) === true;
  });
}

/** Tries random requests, each situation in turn, until so many were taken by the gateway; half of them are in the cache. */
export async function runTrials(
  stand: Stand,
  count: number,
  seed: number,
  tell: (trial: Trial) => void = () => undefined,
): Promise<readonly Trial[]> {
  const random = seeded(seed);
  const routes = cachedRoutes(stand.gateway.release);
  const trials: Trial[] = [];
  for (let number = 0, taken = 0; taken < count && number < 2 * count; number++) {
    const situation = SITUATION[taken % 2 === 0 ? 0 : 1 + (Math.floor(taken / 2) % (SITUATION.length - 1))] ?? 'present';
    const route = routes[Math.floor(random() * routes.length)] ?? 'chat';
    const trial = await tryOne(stand, situation, randomRequest(route, random, seed * 10_000 + number));
    trials.push(trial);
    taken += trial.outcome === 'skipped' ? 0 : 1;
    tell(trial);
  }
  return trials;
}

async function tryOne(stand: Stand, situation: Situation, request: TrialRequest): Promise<Trial> {
  const body = bodyText(request);
  const about = { situation, route: request.route, model: request.model, body };
  const before = new Set(await stand.entries());
  const sent = situation === 'never_sent' ? undefined : sentBefore(situation, request);
  if (sent !== undefined && (await stand.send(request.route, sent)) !== 200) return { ...about, outcome: 'skipped', reason: 'refused' };
  const written = (await stand.entries()).filter((key) => !before.has(key));
  if (sent !== undefined && written.length === 0) return { ...about, outcome: 'skipped', reason: 'not stored' };
  if (situation === 'deleted') for (const key of written) await stand.redis.command('DEL', key);
  if (situation === 'expired') while ((await stand.entries()).some((key) => written.includes(key))) await pause(100);
  const { code, found } = await stand.lookup(body, [
    '--route',
    request.route,
    '--gateway',
    request.route === 'embeddings' ? 'embeddings' : 'chat',
  ]);
  const expected = situation === 'present' ? 0 : 1;
  const reason = String(found.reason ?? found.result ?? 'nothing printed');
  if (code === 0 && !isTime(found.ttlSeconds)) return { ...about, outcome: 'wrong', reason: `ttl ${String(found.ttlSeconds)}` };
  return {
    ...about,
    outcome: code === expected ? 'right' : code === 2 && found.result === 'cannot_tell' ? 'cannot tell' : 'wrong',
    reason,
  };
}

/** Entries of a trial live two minutes. */
function isTime(seconds: unknown): boolean {
  return typeof seconds === 'number' && seconds > 0 && seconds <= 120;
}

/** The body that a user sent before the look-up. */
function sentBefore(situation: Situation, request: TrialRequest): string {
  switch (situation) {
    case 'expired':
      return bodyText(request, '{"ttl": 1}');
    case 'other_namespace':
      return bodyText(request, '{"namespace": "elsewhere"}');
    case 'other_model':
      return bodyText({ ...request, model: request.route === 'embeddings' ? 'embedding-probe' : 'two' });
    case 'other_user':
      return bodyText(withField(request, 'user', '"somebody"'));
    case 'other_number':
      return bodyText(
        withField(request, request.route === 'embeddings' ? 'user' : 'temperature', request.route === 'embeddings' ? '"7"' : '0.125'),
      );
    case 'other_order':
      return bodyText(reordered(request));
    default:
      return bodyText(request);
  }
}

function withField(request: TrialRequest, name: string, value: string): TrialRequest {
  return { ...request, fields: [...request.fields.filter(([one]) => one !== name), [name, value]] };
}

/** Two parameters that are in every key, in an order of which the request has the other one. */
function reordered(request: TrialRequest): TrialRequest {
  const more = [
    ['user', '"order"'],
    ['dimensions', '2'],
  ] as const;
  return { ...request, fields: [...request.fields.filter(([name]) => !more.some(([one]) => one === name)), ...more] };
}
