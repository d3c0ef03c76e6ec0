import { describe, expect, it } from 'vitest';
import { remoteWithoutTls } from '../../../../src/doctor/rules/remote-without-tls.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('remote-without-tls');

describe('remote-without-tls', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(remoteWithoutTls, bad)).toEqual([
      '.env:1:1: high: cache.example.org:6379 is another machine and is used without TLS',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(remoteWithoutTls, good)).toEqual([]);
  });
});
