import { redisUrl } from '../facts/address.ts';
import { valued } from '../facts/edit.ts';
import { SAMPLES } from '../facts/password.ts';
import { redisSettings } from '../facts/redis-settings.ts';
import { literal } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import type { Setup } from '../setup.ts';

export const plaintextPassword: Rule = {
  id: 'plaintext-password',
  severity: 'critical',
  needs: ['litellm'],
  title: 'the password of Redis is in the configuration file',
  check(setup) {
    const written = redisSettings(setup).flatMap(({ name, key, value, place }): Finding[] => {
      const text = literal(value);
      if (text === undefined || text === '' || text.startsWith('$')) return [];
      const variable = variableFor(key, text);
      if (variable === undefined) return [];
      return [
        {
          place,
          message: `${name} holds ${key.endsWith('url') ? 'a password' : 'the password'} as plain text`,
          consequence:
            'Everyone who can read the repository, an image or a backup has it, and LiteLLM shows its settings in its admin pages and logs.',
          fix: `write os.environ/${variable}, give the value to the process by ${variable}, and change the password: it has been read`,
          edits: valued(setup, place, `os.environ/${variable}`),
        },
      ];
    });
    return [...written, ...commentedOut(setup)];
  },
};

/** A password that was commented out is still in the file. */
function commentedOut(setup: Setup): Finding[] {
  const { litellm } = setup;
  if (litellm === undefined) return [];
  const findings: Finding[] = [];
  for (let number = 1; ; number++) {
    const line = setup.line(litellm.file, number);
    if (line === undefined) return findings;
    const [, before = '', key, text = ''] =
      /^(\s*#[\s#-]*)(redis_password|password|sentinel_password):\s*["']?([^"'#\s]+)/.exec(line) ?? [];
    if (key === undefined || SAMPLES.has(text.toLowerCase()) || /^(os\.environ\/|[$<*{]|null$|~$)/.test(text)) continue;
    findings.push({
      place: { source: litellm.file, line: number, column: before.length + 1 },
      message: `${key} is commented out and still holds a password as plain text`,
      consequence: 'Everyone who can read the file has it, and it is in use again as soon as the comment sign is removed.',
      fix: `write # ${key}: os.environ/REDIS_PASSWORD, and change the password: it has been read`,
      edits: [{ file: litellm.file, from: number, to: number, lines: [`${before}${key}: os.environ/REDIS_PASSWORD`] }],
    });
  }
}

function variableFor(key: string, text: string): string | undefined {
  if (key === 'sentinel_password') return 'REDIS_SENTINEL_PASSWORD';
  if (key === 'password' || key === 'redis_password') return 'REDIS_PASSWORD';
  return key.endsWith('url') && redisUrl(text)?.password !== undefined ? 'REDIS_URL' : undefined;
}
