import { redisUrl } from '../facts/address.ts';
import { redisPasswords } from '../facts/credentials.ts';
import { removed } from '../facts/edit.ts';
import { CLIENT_NAME } from '../facts/endpoints.ts';
import { decisiveUrl, ONLY_BEFORE, setting } from '../facts/stated-addresses.ts';
import { known, section } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import type { Setup } from '../setup.ts';

export const redisUrlWithoutPassword: Rule = {
  id: 'redis-url-without-password',
  severity: 'critical',
  needs: ['litellm', 'environment'],
  title: 'a Redis URL without a password hides the password that is configured',
  check(setup) {
    const [first] = ofCache(setup);
    return first === undefined ? ofOthers(setup) : [first];
  },
};

/** The router and the coordination Redis lose their passwords to a url in the same way. */
function ofOthers(setup: Setup): Finding[] {
  return (['router', 'coordination'] as const).flatMap((client): Finding[] => {
    const url = setting(setup, client, 'url');
    const parsed = url?.value === undefined ? undefined : redisUrl(url.value.reveal());
    if (url === undefined || parsed === undefined || parsed.password !== undefined || parsed.username !== undefined) return [];
    const hidden = url.hides.filter(({ from }) => /password$/i.test(from) && !/sentinel/i.test(from));
    const [first] = hidden;
    if (first === undefined) return [];
    return [
      {
        place: url.place,
        message: `${url.from} has no password and hides ${first.from}`,
        consequence: `${CLIENT_NAME[client]} drops host, port, db and password as soon as it has a url, connects without a password, and Redis answers NOAUTH: cooldowns, rate limits and spend are counted by each worker on its own.`,
        fix: url.from === 'REDIS_URL' ? 'remove REDIS_URL, so that host, port and password apply' : `put the password into ${url.from}`,
        related: hidden.map(({ from, place }) => ({ place, message: `${from} is not used` })),
      },
    ];
  });
}

function ofCache(setup: Setup): Finding[] {
  const url = decisiveUrl(setup, 'cache');
  const parsed = url === undefined ? undefined : redisUrl(url.text);
  if (url === undefined || parsed === undefined || parsed.password !== undefined || parsed.username !== undefined) return [];
  // Another container may have a password of Redis as well, which this url does not hide.
  const own = new Set(
    setup.environment
      .names()
      .flatMap((name) => [setup.environment.get(name), ...setup.environment.hidden(name)])
      .map((one) => one?.place),
  );
  const hidden = redisPasswords(setup).filter(
    ({ place, where }) => place !== url.place && (where === 'config' || (where === 'variable' && own.has(place))),
  );
  const [first] = hidden;
  if (first === undefined) return [];
  const host = known(setup, section(setup.litellm?.tree, 'litellm_settings', 'cache_params')?.host) ?? setup.environment.get('REDIS_HOST');
  return [
    {
      place: url.place,
      message: `${url.from} has no password and hides ${first.name}`,
      consequence: `LiteLLM drops host, port, db and password as soon as it has a url, connects without a password, and Redis answers NOAUTH. Each worker then answers duplicates from its own memory only, and nothing looks broken.${url.certain ? '' : ONLY_BEFORE}`,
      fix:
        host === undefined
          ? `put the password into the url: ${url.from}=redis://:PASSWORD@HOST:PORT`
          : `remove ${url.from}, so that host, port and password apply`,
      related: hidden.map(({ name, place }) => ({ place, message: `${name} is not used` })),
      edits: host === undefined || url.from !== 'REDIS_URL' ? undefined : removed(setup, url.place),
    },
  ];
}
