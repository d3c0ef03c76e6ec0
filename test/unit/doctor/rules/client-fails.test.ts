import { describe, expect, it } from 'vitest';
import { clientFails } from '../../../../src/doctor/rules/client-fails.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('client-fails');

describe('client-fails', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(clientFails, bad)).toEqual([
      'config.yaml:2:3: critical: the client of the cache cannot be made: neither a host nor a url of Redis is given',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(clientFails, good)).toEqual([]);
  });
});
