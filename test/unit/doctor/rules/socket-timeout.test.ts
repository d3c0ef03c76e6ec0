import { describe, expect, it } from 'vitest';
import { socketTimeout } from '../../../../src/doctor/rules/socket-timeout.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported, setupOf } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('socket-timeout');

describe('socket-timeout', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(socketTimeout, bad)).toEqual(['config.yaml:9:5: medium: socket_timeout is 30 s']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(socketTimeout, good)).toEqual([]);
  });

  const params = (text: string) => ({ 'config.yaml': `litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n${text}` });

  it('says where the default is from, and that no update changes it', async () => {
    const [finding] = socketTimeout.check(await setupOf(params('    host: redis\n')));
    expect(finding).toMatchObject({
      message: 'cache_params sets no socket_timeout',
      consequence: expect.stringContaining('5 s, since 1.63.12 and in every release since'),
      severity: 'low',
      edits: [{ file: 'config.yaml', from: 5, to: 4, lines: ['    socket_timeout: 2'] }],
    });
  });

  it('knows that the variable is not read', async () => {
    expect(await reported(socketTimeout, { ...params('    host: redis\n'), '.env': 'REDIS_SOCKET_TIMEOUT=1\n' })).toEqual([
      '.env:1:1: medium: REDIS_SOCKET_TIMEOUT is not used: cache_params sets no socket_timeout',
    ]);
  });

  it('knows that a url drops it before 1.96.0', async () => {
    const files = params('    url: rediss://:pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E@redis:6379\n    socket_timeout: 2\n');
    expect(await reported(socketTimeout, files, { litellmVersion: '1.95.0' })).toEqual([
      'config.yaml:6:5: medium: socket_timeout is not used with a url by this release',
    ]);
    expect(await reported(socketTimeout, files, { litellmVersion: '1.96.0' })).toEqual([]);
  });

  it.each([[0.1], [10.5]])('refuses %s s', async (seconds) => {
    expect(await reported(socketTimeout, params(`    host: redis\n    socket_timeout: ${seconds}\n`))).toEqual([
      `config.yaml:6:5: medium: socket_timeout is ${seconds} s`,
    ]);
  });
});
