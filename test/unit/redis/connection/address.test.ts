import { expect, it } from 'vitest';
import { describeAddress } from '../../../../src/redis/connection/address.ts';
import { targetConfig } from '../../../support/target.ts';

it('says where a target is', () => {
  expect(describeAddress(targetConfig('redis://cache:6379/0'))).toBe('redis://cache:6379/0');
  expect(describeAddress(targetConfig(undefined, { sentinel: { master: 'm', nodes: ['a:1', 'b:2'] } }))).toBe('m at a:1, b:2');
});
