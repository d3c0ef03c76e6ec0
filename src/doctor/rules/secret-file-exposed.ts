import { otherSecrets, redisPasswords } from '../facts/credentials.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const secretFileExposed: Rule = {
  id: 'secret-file-exposed',
  severity: 'medium',
  needs: ['environment'],
  title: 'a file with secrets is tracked by git or readable by everyone',
  check(setup) {
    const files = new Map(
      [...redisPasswords(setup), ...otherSecrets(setup)]
        .filter(({ where, place }) => where === 'variable' && /(^|\/)\.env/.test(place.source))
        .map((credential) => [credential.place.source, credential]),
    );
    return [...files].flatMap(([file, { name, place }]): Finding[] => {
      const exposure = setup.exposure(file);
      if (exposure === undefined || (!exposure.tracked && !exposure.worldReadable)) return [];
      const both = exposure.tracked && exposure.worldReadable;
      return [
        {
          place,
          message: `${file} holds ${name} and is ${both ? 'tracked by git and readable by everyone' : exposure.tracked ? 'tracked by git' : 'readable by everyone'}`,
          consequence: exposure.tracked
            ? 'The secret is in every clone and stays in the history.'
            : 'Every account and every process of this machine can read the secret.',
          fix: exposure.tracked ? `git rm --cached ${file}, add it to .gitignore, change the secret` : `chmod 600 ${file}`,
          severity: exposure.tracked ? undefined : 'low',
        },
      ];
    });
  },
};
