import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBasic } from '../../../src/http/passwords.ts';

describe('readBasic', () => {
  it('reads what RFC 7617 writes', () => {
    expect(readBasic('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==')).toEqual({ user: 'Aladdin', password: 'open sesame' });
    expect(readBasic('basic   dGVzdDoxMjPCow==')).toEqual({ user: 'test', password: '123£' });
  });

  it('keeps colons in the password', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((user) => !user.includes(':')),
        fc.string({ unit: 'grapheme' }),
        (user, password) => {
          expect(readBasic(`Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`)).toEqual({ user, password });
        },
      ),
    );
  });

  it.each([undefined, '', 'Basic', 'Basic ', 'Bearer QQ==', 'Basic QWxhZGRpbg==', 'Basic QQ== x', 'Basic \u0000'])(
    'finds nothing in %s',
    (header) => {
      expect(readBasic(header)).toBeUndefined();
    },
  );
});
