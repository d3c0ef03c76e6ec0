import { describe, expect, it } from 'vitest';
import { isLoopback } from '../../../src/http/asked.ts';

describe('a peer', () => {
  it.each(['127.0.0.1', '127.0.0.2', '127.255.255.254', '::1', '::ffff:127.0.0.1', '::FFFF:127.1.2.3'])('%s is this machine', (address) => {
    expect(isLoopback(address)).toBe(true);
  });

  it.each([
    undefined,
    '',
    '10.0.0.1',
    '128.0.0.1',
    '127.evil.example',
    '127.0.0.1.evil.example',
    '0.0.0.0',
    '::',
    '::2',
    'fe80::1',
    '::ffff:10.0.0.1',
    '::ffff:128.0.0.1',
    '1127.0.0.1',
  ])('%s is not', (address) => {
    expect(isLoopback(address)).toBe(false);
  });
});
