import { type Credential, otherSecrets, redisPasswords } from '../facts/credentials.ts';
import { newPassword } from '../facts/new-password.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const passwordShared: Rule = {
  id: 'password-shared',
  severity: 'critical',
  needs: ['litellm', 'environment', 'compose', 'kubernetes'],
  title: 'the password of Redis is also the secret of something else',
  check(setup) {
    const passwords = redisPasswords(setup);
    const others = otherSecrets(setup);
    const [first, ...same] = passwords.filter(({ text }) => others.some((other) => other.text === text));
    if (first === undefined) return [];
    const twins = others.filter(({ text }) => text === first.text);
    return [
      {
        place: first.place,
        message: `${first.name} is the same secret as ${names(twins)}`,
        consequence:
          'One stolen value opens everything: without TLS a password of Redis travels in plain text, and the master key opens every model.',
        fix: 'give Redis a password of its own: openssl rand -hex 32',
        related: [...twins, ...same].map(({ name, place }) => ({ place, message: `${name} is the same` })),
        edits: [first, ...same].flatMap((credential) => newPassword(setup, credential)),
      } satisfies Finding,
    ];
  },
};

function names(credentials: readonly Credential[]): string {
  return [...new Set(credentials.map(({ name }) => name))].join(', ');
}
