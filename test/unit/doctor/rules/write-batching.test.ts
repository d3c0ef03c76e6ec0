import { describe, expect, it } from 'vitest';
import { writeBatching } from '../../../../src/doctor/rules/write-batching.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('write-batching');

describe('write-batching', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(writeBatching, bad)).toEqual(['config.yaml:10:5: medium: redis_flush_size is set']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(writeBatching, good)).toEqual([]);
  });

  it('reports a callback that does not know the namespace', async () => {
    const config =
      'litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    host: redis\n    namespace: a\n  callbacks: [batch_redis_requests]\n';
    expect(await reported(writeBatching, { 'config.yaml': config })).toEqual([
      'config.yaml:7:3: medium: batch_redis_requests together with a namespace',
    ]);
    expect(await reported(writeBatching, { 'config.yaml': config.replace('    namespace: a\n', '') })).toEqual([]);
  });
});
