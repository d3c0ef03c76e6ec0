import { describe, expect, it } from 'vitest';
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
});

async function shown(name: string, text: string): Promise<string> {
  const files = {
    'config.yaml': `litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    host: h\n    ${name}: ${text}\n`,
  };
  return Object.values(await doctorOutput(files)).join('\n');
}
