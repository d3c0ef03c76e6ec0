import { expect, it } from 'vitest';
import { aclRule, censusRule } from '../../../../src/collectors/acl/acl.ts';

it('grants before 7.0 what there is to ask', () => {
  expect(aclRule('exporter', '6.2.14')).toBe(
    'ACL SETUSER exporter reset on ~* resetchannels &__redis__:invalidate +info +slowlog|len +latency|latest +acl|log +client|list ' +
      '+cluster|info +ping +select +exists +pttl +client|id +client|tracking +client|setname +subscribe >PASSWORD',
  );
});

it('grants from 7.0 on the histogram too, and keys for reading only', () => {
  expect(aclRule('exporter', '8.2.3')).toBe(
    'ACL SETUSER exporter reset on %R~* resetchannels &__redis__:invalidate +info +latency|histogram +slowlog|len ' +
      '+latency|latest +acl|log +client|list +cluster|info +ping +select +exists +pttl +client|id +client|tracking +client|setname +subscribe >PASSWORD',
  );
});

it('grants a census on top, of which nothing reads a value', () => {
  expect(censusRule('exporter')).toBe('ACL SETUSER exporter +dbsize +randomkey +memory|usage +pttl');
});
