import { describe, expect, it } from 'vitest';
import { verboseLogging } from '../../../../src/doctor/rules/verbose-logging.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('verbose-logging');

describe('verbose-logging', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(verboseLogging, bad)).toEqual(['config.yaml:3:3: medium: set_verbose is switched on']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(verboseLogging, good)).toEqual([]);
  });

  it('looks at the command line and at variables', async () => {
    const compose =
      'services:\n  litellm:\n    image: ghcr.io/berriai/litellm:v1.104.2\n    command: ["--detailed_debug"]\n    environment:\n      LITELLM_LOG: DEBUG\n      LITELLM_DISABLE_REDACT_SECRETS: "true"\n';
    expect(await reported(verboseLogging, { 'compose.yaml': compose })).toEqual([
      'compose.yaml:4:5: medium: --detailed_debug is switched on',
      'compose.yaml:6:7: medium: LITELLM_LOG=debug is switched on',
      'compose.yaml:7:7: medium: LITELLM_DISABLE_REDACT_SECRETS=true is switched on',
    ]);
  });
});
