import { cacheParams, cachesInRedis, cacheType, paramPath } from '../facts/cache-settings.ts';
import { appended, valued } from '../facts/edit.ts';
import { redisServers } from '../facts/redis-server.ts';
import { setting } from '../facts/stated-addresses.ts';
import { known, quantity } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import type { Setting, Setup } from '../setup.ts';

const MIN_SECONDS = 0.2;
const MAX_SECONDS = 10;
/** The default of 5 s and its origin; no release has changed it. */
const DEFAULT =
  'Without socket_timeout LiteLLM waits 5 s, since 1.63.12 and in every release since; setting it below cache_params helps, upgrading does not.';

export const socketTimeout: Rule = {
  id: 'socket-timeout',
  severity: 'medium',
  needs: ['litellm'],
  title: 'the socket timeout of the cache is not set, not where it is read, or out of range',
  check(setup) {
    const params = cacheParams(setup);
    const { litellm } = setup;
    if (litellm === undefined || params === undefined) return [];
    if (cacheType(setup) === 'local' && 'type' in params && redisServers(setup).length > 0) return avoided(setup);
    if (!cachesInRedis(setup)) return [];
    if (params.socket_timeout === undefined) return unset(setup);
    const url = setting(setup, 'cache', 'url');
    if (url !== undefined && setting(setup, 'cache', 'socket_timeout') === undefined)
      return [dropped(litellm.place(paramPath('socket_timeout')), url)];
    const seconds = quantity(known(setup, params.socket_timeout));
    if (seconds === undefined || (seconds >= MIN_SECONDS && seconds <= MAX_SECONDS)) return [];
    const place = litellm.place(paramPath('socket_timeout'));
    return [
      {
        place,
        message: `socket_timeout is ${seconds} s`,
        consequence: `${seconds > MAX_SECONDS ? `While Redis hangs, every request waits up to ${seconds} s for it, several times in a row.` : 'Ordinary pauses of Redis count as failures and open the circuit breaker.'} ${DEFAULT}`,
        fix: 'set socket_timeout to 1 or 2 seconds',
        edits: valued(setup, place, '2'),
      },
    ];
  },
};

function dropped(place: Finding['place'], url: Setting): Finding {
  return {
    place,
    message: 'socket_timeout is not used with a url by this release',
    consequence:
      'Before 1.96.0 a client that is made from a url has the timeout of redis-py: none in its 5.x releases. While Redis hangs, requests hang.',
    fix: 'use host, port and password instead of the url, or LiteLLM 1.96.0 or newer',
    related: [{ place: url.place, message: `${url.from} is the url` }],
  };
}

function unset(setup: Setup): Finding[] {
  const { litellm } = setup;
  if (litellm === undefined) return [];
  const variable = setup.environment.get('REDIS_SOCKET_TIMEOUT');
  return [
    {
      place: variable?.place ?? litellm.place(['litellm_settings', 'cache_params']),
      message:
        variable === undefined
          ? 'cache_params sets no socket_timeout'
          : 'REDIS_SOCKET_TIMEOUT is not used: cache_params sets no socket_timeout',
      consequence: `While Redis hangs, every request waits for it. ${DEFAULT}`,
      fix: 'add socket_timeout: 2 below litellm_settings.cache_params',
      severity: variable === undefined ? 'low' : 'medium',
      edits: appended(setup, litellm.place(paramPath('type')), ['socket_timeout: 2']),
    },
  ];
}

function avoided(setup: Setup): Finding[] {
  const { litellm } = setup;
  if (litellm === undefined) return [];
  return [
    {
      place: litellm.place(paramPath('type')),
      message: 'type: local leaves the Redis of this setup unused; a newer release changes nothing about its socket timeout',
      consequence: `${DEFAULT} Waiting for a release with another timeout keeps the cache in the memory of single workers for ever.`,
      fix: 'set type: redis with host, port, password: os.environ/REDIS_PASSWORD and socket_timeout: 2',
      severity: 'low',
    },
  ];
}
