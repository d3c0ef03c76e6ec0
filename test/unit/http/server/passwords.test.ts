import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPasswords, readBasic } from '../../../../src/http/server/passwords.ts';

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

describe('a right login among guesses', () => {
  const users = new Map([['prometheus', 'HASH']]);
  const header = (password: string) => `Basic ${Buffer.from(`prometheus:${password}`).toString('base64')}`;
  const slow = async (password: string) => {
    await new Promise((resolve) => setImmediate(resolve));
    return password === 'right';
  };

  it('gets in when it comes again, however many guesses come at the same time', async () => {
    let compared = 0;
    const passwords = createPasswords((password) => {
      compared += 1;
      return slow(password);
    });
    let guesses = 0;
    const flood = () => Array.from({ length: 200 }, () => passwords.check(header(`wrong ${guesses++}`), users, '10.0.0.1'));
    const answers: string[] = [];
    for (let scrape = 0; scrape < 3 && answers.at(-1) !== 'admitted'; scrape++) {
      const before = flood();
      const right = passwords.check(header('right'), users, '10.0.0.1');
      const results = await Promise.all([...before, ...flood()]);
      expect(results).not.toContain('admitted');
      answers.push(await right);
    }
    expect(answers.at(-1)).toBe('admitted');
    // Once in, it needs no comparison any more.
    const sofar = compared;
    flood();
    expect(await passwords.check(header('right'), users, '10.0.0.1')).toBe('admitted');
    expect(compared - sofar).toBeLessThanOrEqual(1);
  });

  it('gets in at once when the guesses come from another address', async () => {
    const passwords = createPasswords(slow);
    const flood = Array.from({ length: 500 }, (_, index) => passwords.check(header(`wrong ${index}`), users, '10.0.0.1'));
    const right = passwords.check(header('right'), users, '10.0.0.2');
    const more = Array.from({ length: 500 }, (_, index) => passwords.check(header(`more ${index}`), users, '10.0.0.1'));
    expect(await right).toBe('admitted');
    await Promise.all([...flood, ...more]);
  });

  it('is compared once, however often it is asked for meanwhile', async () => {
    let compared = 0;
    const passwords = createPasswords(async (password) => {
      compared += 1;
      return slow(password);
    });
    const answers = await Promise.all(Array.from({ length: 100 }, () => passwords.check(header('wrong'), users, 'a')));
    expect([new Set(answers), compared]).toEqual([new Set(['refused']), 1]);
  });

  it('is asked for again after a comparison that broke off', async () => {
    let broken = true;
    const passwords = createPasswords(async (password) => {
      if (broken) throw new Error('the thread ended');
      return slow(password);
    });
    expect(await passwords.check(header('right'), users, 'a')).toBe('busy');
    broken = false;
    expect(await passwords.check(header('right'), users, 'a')).toBe('admitted');
  });
});

describe('a comparison', () => {
  const users = new Map([['prometheus', 'HASH']]);
  const header = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

  it('is made once for each user and password, and for a user who is unknown like for one who is known', async () => {
    const compared: string[] = [];
    const passwords = createPasswords(async (password, hash) => {
      compared.push(`${password} ${hash}`);
      return password === 'right';
    });
    const admit = (user: string, password: string) => passwords.check(header(user, password), users);
    for (let time = 0; time < 3; time++) {
      expect(await admit('prometheus', 'right')).toBe('admitted');
      expect(await admit('prometheus', 'wrong')).toBe('refused');
      expect(await admit('nobody', 'right')).toBe('refused');
      expect(await admit('nobody', 'wrong')).toBe('refused');
    }
    expect(compared).toEqual(['right HASH', 'wrong HASH', 'right HASH', 'wrong HASH']);
  });
});
