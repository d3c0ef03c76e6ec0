import { describe, expect, it } from 'vitest';
import { redisNotDurable } from '../../../../src/doctor/rules/redis-not-durable.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('redis-not-durable');

describe('redis-not-durable', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(redisNotDurable, bad)).toEqual([
      'compose.yaml:8:5: medium: service redis writes no append-only file, and holds the spend records of LiteLLM',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(redisNotDurable, good)).toEqual([]);
  });
});
