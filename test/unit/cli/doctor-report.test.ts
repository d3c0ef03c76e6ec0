import { describe, expect, it } from 'vitest';
import { doctorText } from '../../../src/cli/doctor-report.ts';
import { examine } from '../../../src/doctor/examination.ts';
import { masking } from '../../../src/doctor/report/masking.ts';
import { RULES } from '../../../src/doctor/rules/index.ts';
import type { Files } from '../../support/doctor-page.ts';
import { setupOf } from '../../support/doctor-setup.ts';

async function text(files: Files, color = false): Promise<string> {
  const setup = await setupOf(files, { litellmVersion: '1.104.2' });
  const report = {
    setup,
    examination: examine(setup, RULES),
    mask: masking(setup),
    files: Object.keys(files),
    problems: [],
    notes: [],
    version: '0.0.0',
  };
  return doctorText(report, { color });
}

const FILES = {
  'config.yaml': `litellm_settings:
  cache: true
  cache_params:
    type: redis
    host: redis
    password: "correct horse battery staple, no. 9"
    ttl: 30
    max_connections: 100
    socket_timeout: 2
`,
};

describe('doctorText', () => {
  it('shows what is used, then each finding as a compiler does', async () => {
    expect(await text(FILES)).toBe(`Looked at config.yaml.

Cache of LiteLLM, release 1.104.2
  setting          effective value  from                                          hides
  host             redis            cache_params.host (config.yaml:5)
  password         <secret>         cache_params.password (config.yaml:6)
  max_connections  100              cache_params.max_connections (config.yaml:8)
  socket_timeout   2                cache_params.socket_timeout (config.yaml:9)

config.yaml:6:5: critical [plaintext-password]
  cache_params.password holds the password as plain text
    6 |     password: "<secret>"
      |     ^
  Everyone who can read the repository, an image or a backup has it, and LiteLLM
  shows its settings in its admin pages and logs.
  Fix: write os.environ/REDIS_PASSWORD, give the value to the process by
  REDIS_PASSWORD, and change the password: it has been read

config.yaml:7:5: medium [ttl]
  ttl is 30 s
    7 |     ttl: 30
      |     ^
  Most repeated requests come later than that and miss.
  Fix: set ttl to 600 or more

2 findings: 1 critical, 1 medium.

25 of 67 rules had nothing to look at; they take --env-file, --compose,
--kubernetes, --live.
`);
  });

  it('is coloured only when asked', async () => {
    expect(await text(FILES)).not.toContain('\u001b[');
    expect(await text(FILES, true)).toContain('\u001b[31mcritical\u001b[0m');
  });

  it('lets no file steer the terminal', async () => {
    const shown = await text({ 'config.yaml': FILES['config.yaml'].replace('ttl: 30', 'ttl: 30 # \u001b]0;owned\u0007') }, false);
    expect(shown).toContain('    7 |     ttl: 30 # \\u001b]0;owned\\u0007\n');
  });
});
