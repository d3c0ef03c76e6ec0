import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RECORDED_RELEASE } from '../../dev/gateway.ts';
import type { Route, Sharing } from '../../src/model/cache.ts';
import { Secret } from '../../src/source/secret.ts';
import { startGateway } from '../support/gateway.ts';
import { modelsOfOrigin, startOrigin } from '../support/origin.ts';
import { lacksRedis, startRedis } from '../support/redis.ts';
import { targetConfig, watchTarget } from '../support/target.ts';
import { gatewayConfig, inTurn, watchGateway } from '../support/watched-gateway.ts';

/** Tells two tenants apart by their keys, as virtual keys of a database would; the exporter has a key without a team. */
const AUTH = `from litellm.proxy._types import UserAPIKeyAuth

TEAMS = {"sk-research": "research", "sk-sales": "sales", "sk-exporter": None}


async def user_api_key_auth(request, api_key):
    return UserAPIKeyAuth(api_key=api_key, team_id=TEAMS[api_key])
`;

/** The hook of docs/tenants.md, as it is written there. */
const HOOK = /```python\n([\s\S]*?)```/.exec(readFileSync(join(import.meta.dirname, '../../docs/tenants.md'), 'utf8'))?.[1] ?? '';

const TENANTS = ['research', 'sales'].map((name) => ({ name, api_key: Secret.of(`sk-${name}`) }));
const ROUTES = ['completions', 'chat'] as const satisfies readonly Route[];
/** Both ordered pairs on both routes, one turn in ten rounds. */
const ROUNDS = 31;

const CASES = RECORDED_RELEASE.flatMap((release) => [
  [release, 'share one cache'] as const,
  [release, 'are kept apart by the hook of docs/tenants.md'] as const,
]);

describe.skipIf(await lacksRedis('8.2.3'))('tenants of LiteLLM', () => {
  it.each(CASES)('%s %s', async (release, how) => {
    const isApart = how !== 'share one cache';
    const [redis, origin] = await Promise.all([startRedis(), startOrigin()]);
    const gateway = await startGateway({
      release,
      redis: { port: redis.port },
      files: { 'custom_auth.py': AUTH, 'isolate.py': HOOK },
      config: {
        ...(await modelsOfOrigin(origin)),
        general_settings: { custom_auth: 'custom_auth.user_api_key_auth' },
        ...(isApart ? { litellm_settings: { callbacks: ['isolate.isolate'] } } : {}),
      },
    });
    const watched = watchTarget(targetConfig(redis.url));
    const watch = (sharing?: Sharing) =>
      watchGateway(
        gatewayConfig(gateway.url, {
          api_key: 'sk-exporter',
          routes: [...ROUTES],
          tenants: TENANTS,
          expect: { cache: 'redis', ...(sharing && { sharing }) },
          origin: true,
        }),
        watched.target,
        undefined,
        undefined,
        undefined,
        undefined,
        origin.keys,
      );
    const probed = watch();
    await inTurn(watched, probed).becomes('working');
    for (let round = 1; round < ROUNDS; round++) await probed.tick();
    const result = isApart ? 'separate' : 'shared';
    const status = await probed.tick();
    expect(status).toMatchObject({ verdict: 'working', tenants: { all: 2, pairs: [{ result }, { result }] } });
    expect(status.tenants?.pairs.map(({ routes }) => [...routes].sort())).toEqual([
      ['chat', 'completions'],
      ['chat', 'completions'],
    ]);
    const isolated = watch('isolated');
    const expected = isApart ? { verdict: 'working', cause: 'none' } : { verdict: 'wrong_answers', cause: 'shared_between_tenants' };
    expect(await isolated.tick()).toMatchObject(expected);
    const shared = watch('shared');
    expect(await shared.tick()).toMatchObject({ verdict: 'working', cause: 'none' });
    await Promise.all([probed, isolated, shared].map(({ watch: { close } }) => close()));
    await watched.watch.close();
  });
});
