import { randomBytes } from 'node:crypto';
import type { ServerRelease } from '../../dev/redis.ts';
import { aclRules } from '../../src/collectors/acl/acl.ts';

/** The users of a server beside the default one, which has a password, too, that nobody is told. */
const USERS = ['litellm', 'exporter', 'noise', 'gauntlet'] as const;
export type User = (typeof USERS)[number];
export type Passwords = Readonly<Record<User, string>>;

/** New passwords, and the arguments of a server of a release that give it its users; `more` are further rules of the exporter's user. */
export function usersOf(release: ServerRelease, more: readonly string[] = []): { passwords: Passwords; args: readonly string[] } {
  const secret = () => randomBytes(12).toString('hex');
  const passwords = { litellm: secret(), exporter: secret(), noise: secret(), gauntlet: secret() };
  const all = ['~*', '&*', '+@all'];
  const rules: Readonly<Record<User, readonly string[]>> = {
    litellm: ['on', ...all],
    exporter: [...aclRules(release), ...more],
    // What it sends is refused, whatever it is.
    noise: ['on', '-@all', '+auth'],
    gauntlet: ['on', ...all],
  };
  const users = USERS.flatMap((user) => ['--user', user, ...rules[user], `>${passwords[user]}`]);
  return { passwords, args: ['--requirepass', secret(), ...users] };
}
