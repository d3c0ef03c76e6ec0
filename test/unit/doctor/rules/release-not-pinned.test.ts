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

  it.each(['v1.104.2', 'main-v1.80.0-stable', '1.104.2-rc.1', 'main-latest@sha256:abc'])('accepts %s', async (tag) => {
    expect(await reported(releaseNotPinned, { 'compose.yaml': `services:\n  llm:\n    image: ghcr.io/berriai/litellm:${tag}\n` })).toEqual(
      [],
    );
  });

  it('looks at manifests as well', async () => {
    const manifest =
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: llm }\nspec:\n  template:\n    spec:\n      containers:\n        - name: proxy\n          image: ghcr.io/berriai/litellm\n';
    expect(await reported(releaseNotPinned, { 'manifests.yaml': manifest })).toEqual([
      'manifests.yaml:8:11: low: container proxy runs whatever latest is',
    ]);
  });
});
