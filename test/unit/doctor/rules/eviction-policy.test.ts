import { describe, expect, it } from 'vitest';
import { evictionPolicy } from '../../../../src/doctor/rules/eviction-policy.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported, said, setupOf } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('eviction-policy');

describe('eviction-policy', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(evictionPolicy, bad)).toEqual(['compose.yaml:9:5: high: service redis evicts nothing when its memory is full']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(evictionPolicy, good)).toEqual([]);
  });

  it('wants spend records kept', async () => {
    const files = {
      'config.yaml': `general_settings: { use_redis_transaction_buffer: true }\n${good['config.yaml']}`,
      'compose.yaml': good['compose.yaml'] ?? '',
    };
    expect(await reported(evictionPolicy, files)).toEqual([
      'compose.yaml:9:5: high: service redis evicts any key, and holds the spend records of LiteLLM as well',
    ]);
    const kept = { ...files, 'compose.yaml': files['compose.yaml'].replace('allkeys-lru', 'noeviction') };
    expect(await reported(evictionPolicy, kept)).toEqual([]);
  });

  it('believes the running server', async () => {
    const setup = {
      ...(await setupOf({ 'config.yaml': good['config.yaml'] ?? '' })),
      live: { redis: { policy: 'noeviction', maxmemory: 1e8 } },
    };
    expect(said(evictionPolicy, setup)).toEqual(['the running Redis: high: the running Redis evicts nothing when its memory is full']);
    expect(said(evictionPolicy, { ...setup, live: { redis: { policy: 'allkeys-lru', maxmemory: 1e8 } } })).toEqual([]);
  });
});
