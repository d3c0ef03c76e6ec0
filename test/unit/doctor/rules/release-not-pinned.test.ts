import { describe, expect, it } from 'vitest';
import { releaseNotPinned } from '../../../../src/doctor/rules/release-not-pinned.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('release-not-pinned');

describe('release-not-pinned', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(releaseNotPinned, bad)).toEqual(['compose.yaml:3:5: low: container litellm runs the moving tag main-latest']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(releaseNotPinned, good)).toEqual([]);
  });
});
