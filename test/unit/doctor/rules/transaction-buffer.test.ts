import { describe, expect, it } from 'vitest';
import { transactionBuffer } from '../../../../src/doctor/rules/transaction-buffer.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('transaction-buffer');

describe('transaction-buffer', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(transactionBuffer, bad)).toEqual(['config.yaml:2:3: high: use_redis_transaction_buffer without a Redis']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(transactionBuffer, good)).toEqual([]);
  });

  it.each([{ '.env': 'REDIS_HOST=redis\n' }, { '.env': 'REDIS_URL=redis://redis\n' }])(
    'accepts a Redis of the environment',
    async (env) => {
      expect(await reported(transactionBuffer, { ...bad, ...env })).toEqual([]);
    },
  );
});
