import { describe, expect, it } from 'vitest';
import { missingIn, type Replacement, replacementFor } from '../../release/lock.ts';

describe('what the resolver could not find', () => {
  it.each([
    [
      'Because there is no version of litellm-enterprise==0.1.83.post1 and litellm[proxy]>=1.110.2 depends on litellm-enterprise==0.1.83.post1, we can conclude',
      { name: 'litellm-enterprise', version: '0.1.83.post1' },
    ],
    [
      'Because there is no version of litellm[proxy]==1.999.2 and you require litellm[proxy]==1.999.2',
      { name: 'litellm', version: '1.999.2' },
    ],
    ['Because litellm-proxy was not found in the package registry and litellm[proxy]==1.110.2 depends on', { name: 'litellm-proxy' }],
    [
      'Because only the following versions are there:\n  x\nand there are no versions of some.thing<=2.0,\n  we can',
      { name: 'some.thing', version: '2.0' },
    ],
    ['Because there are no versions of\n      gone and you require gone', { name: 'gone' }],
    ['error: Failed to fetch: the network is away', undefined],
    ['', undefined],
  ])('%j', (errors, missing) => {
    expect(missingIn(errors)).toEqual(missing);
  });
});

describe('what is asked for instead', () => {
  const older: Replacement = { name: 'a', upTo: '<=1.2' };

  it('is first an older release, then none, and then nothing is left to try', () => {
    expect(replacementFor({ name: 'a', version: '1.2' }, [])).toEqual(older);
    expect(replacementFor({ name: 'a', version: '1.2' }, [older])).toEqual({ name: 'a' });
    expect(replacementFor({ name: 'a', version: '1.2' }, [{ name: 'a' }])).toBeUndefined();
  });

  it('is none at once where no release of the package is published', () => {
    expect(replacementFor({ name: 'a' }, [])).toEqual({ name: 'a' });
  });

  it('is nothing for LiteLLM itself', () => {
    expect(replacementFor({ name: 'litellm', version: '1.999.2' }, [])).toBeUndefined();
  });
});
