import { describe, expect, it } from 'vitest';
import { secretsOfEnvironment } from '../../../src/source/known-secrets.ts';

describe('secrets of the environment', () => {
  it.each(['REDIS_PASSWORD', 'LCE_REDIS_PWD', 'DB_PWD', 'LITELLM_MASTER_KEY', 'REDISCLI_AUTH', 'PWD', 'pwd'])('are in %s', (name) => {
    expect(secretsOfEnvironment({ [name]: 'hunter2' })).toEqual(['hunter2']);
  });

  it.each(['PWD', 'OLDPWD', 'HOME', 'PATH', 'LCE_REDIS_PASSWORD_FILE', 'SSH_AUTH_SOCK', 'SHELL', 'TMPDIR', 'HOSTNAME', 'USER'])(
    'are not in %s: the paths of files would be hidden with it',
    (name) => {
      expect(secretsOfEnvironment({ [name]: '/srv/exporter' })).toEqual([]);
    },
  );
});
