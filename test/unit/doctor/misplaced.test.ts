import fc from 'fast-check';
import { distance } from 'fastest-levenshtein';
import { describe, expect, it } from 'vitest';
import { CLOSED_SETS } from '../../../src/doctor/resolver/closed-sets.ts';
import { isOrdinary } from '../../../src/masking/ordinary.ts';
import { doctorOutput } from '../../support/doctor-output.ts';

describe('a text in the place of a number, a switch or a word', () => {
  it.each([
    ['port', '6379x'],
    ['port', 'os.environ/REDIS_PORT'],
    ['port', 'tcp://10.0.0.1:6379'],
    ['ssl', 'True'],
    ['socket_timeout', '500ms'],
    ['db', '1.5'],
    ['ttl', '1h'],
    ['mode', 'default-off'],
    ['supported_call_types', 'acompletions'],
  ])('is shown where it is a slip that people make: %s: %s', async (name, text) => {
    expect(await shown(name, text)).toContain(text);
  });

  it('is hidden where it is none, as a password in the wrong line is', async () => {
    for (const name of ['port', 'ssl', 'ttl', 'mode', 'unread']) expect(await shown(name, 'Maybe-Not')).not.toContain('Maybe-Not');
  });

  it('is hidden where a word of a closed set belongs and it is none of them, whatever it is made of, in every such key', async () => {
    const names = [...CLOSED_SETS.keys()];
    const members = [...CLOSED_SETS.values()].flat();
    const isFar = (text: string) => members.every((member) => distance(member.toLowerCase().replaceAll('_', '-'), text) > 1);
    const letters = fc.constantFrom('abcdefghijklmnopqrstuvwxyz', 'abcdefghijklmnopqrstuvwxyz0123456789', '0123456789', 'abcxyz_-');
    const word = letters
      .chain((alphabet) => fc.string({ unit: fc.constantFrom(...alphabet), minLength: 9, maxLength: 30 }))
      // Digits alone may be a part of a number of the report.
      .map((text) => `q${text}z`)
      .filter((text) => !isOrdinary(text) && isFar(text));
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: names.length, maxLength: names.length }), async (words) => {
        const lines = names.map((name, index) => [name, words[index] ?? ''] as const);
        const output = await shownAll(lines);
        for (const [name, text] of lines) expect(output, name).not.toContain(text);
      }),
      { numRuns: 10 },
    );
  }, 60_000);

  it('is shown where it is one of them, however it is written', async () => {
    for (const [name, members] of CLOSED_SETS)
      for (const member of members.flatMap((one) => [one, one.toUpperCase()]))
        expect(await shown(name, `"${member}"`), name).toContain(member);
  }, 60_000);

  it('is hidden in a variable, and in a list', async () => {
    const output = await shownAll(
      [['supported_call_types', '[acompletion, correcthorsebattery]']],
      'REDIS_SSL_CERT_REQS=staplehorsecorrect\n',
    );
    expect(output).not.toMatch(/correcthorsebattery|staplehorsecorrect/);
    expect(output).toContain('acompletion');
  });
});

function shown(name: string, text: string): Promise<string> {
  return shownAll([[name, text]]);
}

async function shownAll(lines: readonly (readonly [name: string, text: string])[], variables?: string): Promise<string> {
  const settings = lines.map(([name, text]) => `    ${name}: ${text}\n`).join('');
  const type = lines.some(([name]) => name === 'type') ? '' : '    type: redis\n';
  const files = {
    'config.yaml': `litellm_settings:\n  cache: true\n  cache_params:\n${type}    host: h\n${settings}`,
    ...(variables === undefined ? {} : { '.env': variables }),
  };
  return Object.values(await doctorOutput(files)).join('\n');
}
