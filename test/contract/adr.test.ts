import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const folder = join(import.meta.dirname, '../../docs/adr');

describe('the list of decisions', () => {
  it('has every record once, in order', () => {
    const files = readdirSync(folder).filter((name) => /^\d{4}-/.test(name));
    const listed = [...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/^- \[(\d{4}) .*\]\((\S+)\)$/gm)];
    expect(listed.map(([, , file]) => file)).toEqual(files.sort());
    expect(listed.filter(([, number = '', file = '']) => !file.startsWith(number))).toEqual([]);
  });
});
