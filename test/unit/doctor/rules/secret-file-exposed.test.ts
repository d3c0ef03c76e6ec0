import { describe, expect, it } from 'vitest';
import { secretFileExposed } from '../../../../src/doctor/rules/secret-file-exposed.ts';
import { said, setupOf } from '../../../support/doctor-setup.ts';

const files = { '.env': 'LOG_LEVEL=info\nREDIS_PASSWORD=pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E\n' };

describe('secret-file-exposed', () => {
  it.each([
    [true, false, ['.env:2:1: medium: .env holds REDIS_PASSWORD and is tracked by git']],
    [true, true, ['.env:2:1: medium: .env holds REDIS_PASSWORD and is tracked by git and readable by everyone']],
    [false, true, ['.env:2:1: low: .env holds REDIS_PASSWORD and is readable by everyone']],
    [false, false, []],
  ])('tracked %s, readable by everyone %s', async (tracked, worldReadable, expected) => {
    const setup = { ...(await setupOf(files)), exposure: () => ({ tracked, worldReadable }) };
    expect(said(secretFileExposed, setup)).toEqual(expected);
  });

  it('says nothing about a file without secrets', async () => {
    const setup = { ...(await setupOf({ '.env': 'LOG_LEVEL=info\n' })), exposure: () => ({ tracked: true, worldReadable: true }) };
    expect(said(secretFileExposed, setup)).toEqual([]);
  });
});
