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
});
