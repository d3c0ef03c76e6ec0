import { describe, expect, it } from 'vitest';
import { addressesOf, hostsOf } from '../../../src/litellm/addresses.ts';

describe('the hosts of a gateway', () => {
  it('are that of its URL and those of its replicas, each once', () => {
    expect(hostsOf({ url: 'http://litellm:4000' })).toEqual(['litellm']);
    expect(hostsOf({ url: 'http://[::1]:4000' })).toEqual(['::1']);
    const addresses = ['10.0.0.5', '10.0.0.6:4001', 'http://[fd00::7]:4000', 'litellm:4001'];
    expect(hostsOf({ url: 'http://litellm:4000', addresses })).toEqual(['litellm', '10.0.0.5', '10.0.0.6', 'fd00::7']);
  });
});

describe('the addresses of hosts', () => {
  it('are what the machine resolves them to, and none of a name that does not exist', async () => {
    expect(await addressesOf(['127.0.0.7', 'gateway.invalid', '::1'])).toEqual(['127.0.0.7', '::1']);
  });
});
