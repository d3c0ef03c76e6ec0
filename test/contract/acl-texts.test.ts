import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { redisRelease, usersAcl } from '../../scripts/users-acl.ts';
import { aclRules, censusRules } from '../../src/collectors/acl/acl.ts';
import { GATEWAY_ACL } from '../../src/doctor/facts/gateway-acl.ts';

const root = join(import.meta.dirname, '../..');

/** Every line of the deployments and of the documentation, with its file. */
const LINES = ['deploy', 'docs', 'dev/compose'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:acl|conf|ya?ml|md|sh|tpl|service|txt)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .map((line) => ({ file: file.slice(root.length + 1), line })),
    ),
);

/** The files with lines of a kind that are not as they have to be, and how many lines of that kind there are. */
function wrong(isOne: (line: string) => boolean, isRight: (line: string) => boolean): [string[], number] {
  const found = LINES.filter(({ line }) => isOne(line));
  return [found.filter(({ line }) => !isRight(line)).map(({ file, line }) => `${file}: ${line}`), found.length];
}

describe('the users of Redis that the deployments and the documentation name', () => {
  it('are, for the exporter, those that its queries need', () => {
    const lines = LINES.filter(({ line }) => /(?:\buser|--user|SETUSER) exporter (?:reset|on|[~%]).* \+/.test(line));
    const accepted = ['6.2.0', '7.0.0', 'valkey-8.1.0'].map((release) => aclRules(release));
    const strange = lines.filter(({ line }) => {
      const rights = line.split(' ').filter((word) => /^[+~&%][^%]+$/.test(word) || word.startsWith('%R~'));
      return !accepted.some((rules) => {
        const known = new Set([...rules, ...censusRules()]);
        return (
          rights.every((right) => known.has(right)) && rules.filter((rule) => /^[+~&%]/.test(rule)).every((rule) => rights.includes(rule))
        );
      });
    });
    expect(strange).toEqual([]);
    expect(lines.length).toBeGreaterThanOrEqual(3);
  });

  it('are, for a gateway, those that the tests run it with', () => {
    const [strange, count] = wrong(
      (line) => line.includes('~litellm:* '),
      (line) => line.includes(GATEWAY_ACL),
    );
    expect([strange, count >= 3]).toEqual([[], true]);
  });

  it('are written by npm run gen into users.acl, and a right too many or too few is put right', () => {
    const text = readFileSync(join(root, 'deploy/compose/users.acl'), 'utf8');
    const release = redisRelease(readFileSync(join(root, 'deploy/compose.yaml'), 'utf8'));
    expect(usersAcl(text, release)).toBe(text);
    const spoilt = text.replace('+acl|log', '+get').replace(' -@dangerous', '');
    expect(spoilt).not.toBe(text);
    expect(usersAcl(spoilt, release)).toBe(text);
    expect(text.split('\n').filter((line) => /^user (?:exporter|litellm) reset on %\w+% /.test(line))).toHaveLength(2);
  });
});
