import { describe, expect, it } from 'vitest';
import { knownBadRelease } from '../../../../src/doctor/rules/known-bad-release.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('known-bad-release');

describe('known-bad-release', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(knownBadRelease, bad)).toEqual(['compose.yaml:3:5: high: LiteLLM v1.93.0 cannot write through a redis:// url']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(knownBadRelease, good)).toEqual([]);
  });
});
