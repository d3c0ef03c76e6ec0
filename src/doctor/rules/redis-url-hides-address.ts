import { redisUrl } from '../facts/address.ts';
import { CLIENT_NAME } from '../facts/endpoints.ts';
import { type Claim, configured, decisiveUrl, inEnvironment, ONLY_BEFORE, type Part } from '../facts/stated-addresses.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import type { Setup } from '../setup.ts';

const URL_CLIENT = ['cache', 'router', 'coordination'] as const;
const SECTION = { cache: 'cache_params', router: 'router_settings', coordination: 'coordination_redis' } as const;

const PARTS: readonly Part[] = ['host', 'port', 'db'];

export const redisUrlHidesAddress: Rule = {
  id: 'redis-url-hides-address',
  severity: 'high',
  needs: ['litellm', 'environment'],
  title: 'a Redis URL hides a host, port or database that says something else',
  check(setup) {
    return URL_CLIENT.flatMap((client) => judged(setup, client));
  },
};

function judged(setup: Setup, client: (typeof URL_CLIENT)[number]): Finding[] {
  const url = decisiveUrl(setup, client);
  const parsed = url === undefined ? undefined : redisUrl(url.text);
  if (url === undefined || parsed === undefined || parsed.scheme === 'unix') return [];
  const used = { host: parsed.host, port: parsed.port ?? '6379', db: parsed.db ?? '0', username: parsed.username };
  const hidden = PARTS.flatMap((part) => {
    const claims: Claim[] = [
      ...configured(setup, part).filter(({ from }) => from.startsWith(`${SECTION[client]}.`)),
      ...(client === 'cache' ? inEnvironment(setup, part) : []),
    ];
    return claims.filter(({ url: inUrl, value }) => !inUrl && value !== used[part]).map((claim) => ({ part, claim }));
  });
  if (hidden.length === 0) return [];
  const names = hidden.map(({ claim }) => claim.from).join(', ');
  return [
    {
      place: url.place,
      message: `${url.from} hides ${names}, which ${hidden.length === 1 ? 'says' : 'say'} something else`,
      consequence: `${client === 'cache' ? 'LiteLLM' : CLIENT_NAME[client]} connects to ${parsed.host}:${used.port}, database ${used.db}, whatever the hidden settings say.${url.certain ? '' : ONLY_BEFORE}`,
      fix: `keep one form: remove ${url.from}, or remove ${names}`,
      related: hidden.map(({ part, claim }) => ({
        place: claim.place,
        message: `${claim.from} says ${part} ${claim.value}; the url says ${used[part]}`,
      })),
    },
  ];
}
