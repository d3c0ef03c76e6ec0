import type { Rule } from '../rule.ts';
import { redisUrl } from '../subject/address.ts';
import { decisiveUrl, ONLY_BEFORE } from '../subject/claims.ts';
import { redisPasswords } from '../subject/credentials.ts';
import { removed } from '../subject/edit.ts';
import { known, section } from '../subject/value.ts';

export const redisUrlWithoutPassword: Rule = {
  id: 'redis-url-without-password',
  severity: 'critical',
  needs: ['litellm', 'environment'],
  title: 'a Redis URL without a password hides the password that is configured',
  check(setup) {
    const url = decisiveUrl(setup);
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
    const host =
      known(setup, section(setup.litellm?.tree, 'litellm_settings', 'cache_params')?.host) ?? setup.environment.get('REDIS_HOST');
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
  },
};
