import { aclRules, censusRules } from '../src/collectors/acl/acl.ts';
import { GATEWAY_ACL } from '../src/doctor/facts/gateway-acl.ts';

/**
 * `users.acl` with what its users `exporter` and `litellm` may do on a release of Redis renewed; the others are
 * written by hand. `%exporter%` and `%litellm%` are the places of their passwords.
 */
export function usersAcl(found: string, release: string): string {
  const [reset = '', on = '', ...rights] = new Set([...aclRules(release), ...censusRules()]);
  const users: Readonly<Record<string, string>> = {
    exporter: [reset, on, '%exporter%', ...rights].join(' '),
    litellm: `reset on %litellm% ${GATEWAY_ACL}`,
  };
  return found.replace(/^user (\w+) .*$/gm, (line, name) => (name in users ? `user ${name} ${users[name]}` : line));
}

/** The release of Redis that a compose file runs. Throws when it names none. */
export function redisRelease(compose: string): string {
  const release = /\bredis:(\d+\.\d+\.\d+)/.exec(compose)?.[1];
  if (release === undefined) throw new Error('the compose file names no image of Redis with a release, such as redis:8.2.3');
  return release;
}
