import { describe, expect, it } from 'vitest';
import { hasBehaviour } from '../../../src/litellm/releases.ts';

describe('the behaviour of a release', () => {
  it('begins with its first release, whatever follows the three numbers', () => {
    const versions = ['1.80.9', '1.81.0', '1.81.0rc1', 'v1.81.0', '1.106.0', '2.0.0', '0.99.99'];
    expect(versions.map((version) => hasBehaviour(version, 'responses_cached'))).toEqual([false, true, true, true, true, true, false]);
    expect(hasBehaviour('1.80', 'responses_cached')).toBe(false);
    expect(hasBehaviour('1.92.2', 'configured_host_wins')).toBe(false);
    expect(hasBehaviour('1.93.0', 'configured_host_wins')).toBe(true);
  });

  it('is not known without a version', () => {
    expect([undefined, 'main', '1', ''].map((version) => hasBehaviour(version, 'configured_host_wins'))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
