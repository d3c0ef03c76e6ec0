import { describe, expect, it } from 'vitest';
import { RULES } from '../../src/doctor/rules/index.ts';
import { reported } from './doctor-setup.ts';

/** What a rule says of a setup, as `severity: message`: nothing, one thing or several. */
export type Says = string | readonly string[] | undefined;
/** One row: what is at the border, the files, what the rule says of them, and the release of LiteLLM where it matters. */
export type Case = readonly [what: string, files: Readonly<Record<string, string>>, says: Says, version?: string];

/** The image of a gateway. */
export const GATEWAY = 'ghcr.io/berriai/litellm:v1.104.2';

/** A configuration with a cache, whose parameters are those given. */
export function cache(...params: readonly string[]) {
  return { 'config.yaml': `litellm_settings:\n  cache: true\n  cache_params:\n${lines(params)}` };
}

/** A cache in the Redis of a host. */
export function redisCache(...params: readonly string[]) {
  return cache('type: redis', 'host: redis', ...params);
}

/** A compose file with a Redis that has these lines besides. */
export function server(command: string | undefined, image = 'redis:8', ...more: readonly string[]) {
  const all = [`image: ${image}`, ...(command === undefined ? [] : [`command: redis-server ${command}`]), ...more];
  return { 'compose.yaml': `services:\n  redis:\n${lines(all)}` };
}

/** The same with a gateway in front of it. */
export function both(gateway: readonly string[], redis: readonly string[], name = 'redis') {
  return { 'compose.yaml': `services:\n  litellm:\n    image: ${GATEWAY}\n${lines(gateway)}  ${name}:\n${lines(redis)}` };
}

function lines(all: readonly string[]): string {
  return all.map((line) => `    ${line}\n`).join('');
}

/** A test for each row of each rule. */
export function testBoundaries(cases: Readonly<Record<string, readonly Case[]>>): void {
  describe.each(Object.entries(cases))('%s', (id, rows) => {
    const rule = RULES.find((one) => one.id === id);

    it.each(rows.map(([what, files, says, litellmVersion]) => ({ what, files, says, litellmVersion })))(
      '$what',
      async ({ files, says, litellmVersion }) => {
        if (rule === undefined) throw new Error(`there is no rule ${id}`);
        const found = await reported(rule, files, litellmVersion === undefined ? {} : { litellmVersion });
        const texts = found.map((line) => line.replace(/^.*?: (?=(?:critical|high|medium|low|info): )/, ''));
        expect(texts).toEqual(says === undefined ? [] : typeof says === 'string' ? [says] : says);
      },
    );
  });
}
