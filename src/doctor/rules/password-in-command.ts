import { replaced } from '../facts/edit.ts';
import { REQUIRED_VARIABLE } from '../facts/new-password.ts';
import { allServers } from '../facts/redis-server.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const passwordInCommand: Rule = {
  id: 'password-in-command',
  severity: 'medium',
  needs: ['compose', 'kubernetes'],
  title: 'the command line of Redis shows its password',
  check(setup) {
    return allServers(setup).flatMap(({ name, workload, options, place }): Finding[] => {
      const [password] = [...(options.get('requirepass') ?? []), ...(options.get('masterauth') ?? [])];
      const line = place.line === undefined ? undefined : setup.line(place.source, place.line);
      const written = password !== undefined && password !== '' && !password.includes('$');
      if (!written) return [];
      const asVariable = line !== undefined && !line.includes(password) && line.includes('$');
      return [
        {
          place,
          message: `the command of ${workload === undefined ? 'service ' : ''}${name} holds the password${asVariable ? ', through a variable' : ''}`,
          consequence: 'Every process list of the host, docker inspect and each crash report show the command line.',
          fix: 'use an ACL file as a secret (redis-server --aclfile /run/secrets/users.acl), or a configuration file with requirepass',
          severity: asVariable ? 'info' : undefined,
          edits: asVariable ? undefined : replaced(setup, place, password, REQUIRED_VARIABLE),
        },
      ];
    });
  },
};
