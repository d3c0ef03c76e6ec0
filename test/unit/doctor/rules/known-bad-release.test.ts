import { describe, expect, it } from 'vitest';
import { knownBadRelease } from '../../../../src/doctor/rules/known-bad-release.ts';
import { KNOWN_BAD } from '../../../../src/litellm/releases.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('known-bad-release');

describe('known-bad-release', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(knownBadRelease, bad)).toEqual(['compose.yaml:3:5: high: LiteLLM v1.93.0 cannot write through a redis:// url']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(knownBadRelease, good)).toEqual([]);
  });

  const cache = (more = '') => ({
    'config.yaml': `litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    host: redis\n${more}`,
  });

  it.each([
    ['1.82.7', '', ['--litellm-version: critical: LiteLLM 1.82.7 was uploaded to the package index by an attacker']],
    ['1.82.9', '', []],
    [
      '1.81.13',
      '',
      [
        '--litellm-version: low: LiteLLM 1.81.13 has no circuit breaker for Redis',
        '--litellm-version: low: LiteLLM 1.81.13 loses connections of its pool',
      ],
    ],
    [
      '1.83.9',
      '    supported_call_types: [aresponses]\n',
      ['--litellm-version: medium: LiteLLM 1.83.9 leaves parameters of the Responses API out of the cache key'],
    ],
    ['1.83.10', '    supported_call_types: [aresponses]\n', []],
    ['1.109.3', '', []],
    ['1.110.0', '', ['--litellm-version: high: LiteLLM 1.110.0 does not close its circuit breaker for Redis after a refused login']],
    ['1.110.2', '', ['--litellm-version: high: LiteLLM 1.110.2 does not close its circuit breaker for Redis after a refused login']],
  ])('knows %s', async (litellmVersion, more, expected) => {
    expect(await reported(knownBadRelease, cache(more), { litellmVersion })).toEqual(expected);
  });
});

/** A setup in which a defect matters, by what it needs. */
const IN: Readonly<Record<(typeof KNOWN_BAD)[number]['when'], string>> = {
  always: 'type: local',
  redis: 'type: redis, host: h',
  url_without_tls: 'type: redis, url: "redis://h"',
  embeddings: 'type: redis, host: h',
  semantic: 'type: redis-semantic, redis_url: "redis://h"',
  cluster: 'type: redis, redis_startup_nodes: [{ host: h, port: 1 }]',
  responses: 'type: redis, host: h, supported_call_types: [aresponses]',
  several_workers: 'type: local',
};
const WORKERS = 'services:\n  litellm:\n    image: ghcr.io/berriai/litellm:main-latest\n    command: ["--num_workers", "2"]\n';

describe.each(KNOWN_BAD)('a release that $what', ({ when, what, since, fixed }) => {
  const isReported = async (version: string) => {
    const config = `litellm_settings: { cache: true, cache_params: { ${IN[when]} } }\n`;
    const found = await reported(knownBadRelease, { 'config.yaml': config, 'compose.yaml': WORKERS }, { litellmVersion: version });
    return found.some((line) => line.endsWith(`LiteLLM ${version} ${what}`));
  };
  const previous = ([major, minor, patch]: readonly [number, number, number]) =>
    patch > 0 ? `${major}.${minor}.${patch - 1}` : `${major}.${minor - 1}.99`;

  it('is reported from the first to the last one, and no other', async () => {
    if (fixed !== undefined) expect([await isReported(previous(fixed)), await isReported(fixed.join('.'))]).toEqual([true, false]);
    else expect(await isReported('1.999.0')).toBe(true);
    if (since === undefined) return;
    expect(await isReported(since.join('.'))).toBe(true);
    expect(await isReported(previous(since))).toBe(false);
  });
});
