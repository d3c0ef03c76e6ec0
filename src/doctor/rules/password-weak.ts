import { redisPasswords } from '../facts/credentials.ts';
import { newPassword } from '../facts/new-password.ts';
import { weakness } from '../facts/password.ts';
import type { Finding } from '../finding.ts';
import type { Place } from '../place.ts';
import type { Rule } from '../rule.ts';

export const passwordWeak: Rule = {
  id: 'password-weak',
  severity: 'high',
  needs: ['litellm', 'environment', 'compose', 'kubernetes'],
  title: 'the password of Redis can be guessed',
  check(setup) {
    const passwords = redisPasswords(setup);
    return [...new Set(passwords.map(({ text }) => text))].flatMap((text): Finding[] => {
      const why = weakness(text);
      const [first, ...same] = passwords.filter((credential) => credential.text === text);
      if (why === undefined || first === undefined) return [];
      // Several clients can take it from one place.
      const elsewhere = same.filter(({ place }, index) => ![first, ...same.slice(0, index)].some((other) => isSame(other.place, place)));
      return [
        {
          place: first.place,
          message: `${first.name} ${why}`,
          consequence: 'Redis answers tens of thousands of guesses per second and never locks a client out.',
          fix: 'use 32 random characters or more: openssl rand -hex 32',
          related: elsewhere.map(({ name, place }) => ({ place, message: `${name} is the same` })),
          edits: [first, ...same].flatMap((credential) => newPassword(setup, credential)),
        },
      ];
    });
  },
};

function isSame(a: Place, b: Place): boolean {
  return a.source === b.source && a.line === b.line && a.column === b.column;
}
