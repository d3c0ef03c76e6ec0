import { describe, expect, it } from 'vitest';
import { passwordWeak } from '../../../../src/doctor/rules/password-weak.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported, setupOf } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('password-weak');

describe('password-weak', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(passwordWeak, bad)).toEqual(['.env:1:1: high: REDIS_PASSWORD is a sample of public documentation']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(passwordWeak, good)).toEqual([]);
  });

  it.each([
    ['sk-1234', 'is a sample of public documentation'],
    ['Redis-2024-Winter', 'is shorter than 20 characters'],
    ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaab', 'repeats a few characters'],
  ])('judges %s', async (password, why) => {
    expect(await reported(passwordWeak, { '.env': `REDIS_PASSWORD=${password}\n` })).toEqual([`.env:1:1: high: REDIS_PASSWORD ${why}`]);
  });

  it('reports a password once, wherever it is', async () => {
    const compose = 'services:\n  redis:\n    image: redis:8\n    command: redis-server --requirepass changeme\n';
    const [finding, ...rest] = passwordWeak.check(await setupOf({ '.envrc': 'export REDIS_PASSWORD=changeme\n', 'compose.yaml': compose }));
    expect(rest).toEqual([]);
    expect(finding?.related).toMatchObject([{ message: '--requirepass of redis is the same' }]);
    expect(finding?.edits?.map(({ file }) => file)).toEqual(['.envrc', 'compose.yaml']);
  });

  it('sees the default of a variable in a compose file', async () => {
    const compose = 'services:\n  redis:\n    image: redis:8\n    command: redis-server --requirepass $'.concat(
      '{REDIS_PASSWORD:-changeme}\n',
    );
    expect(await reported(passwordWeak, { 'compose.yaml': compose, '.env': 'OTHER=1\n' })).toEqual([
      'compose.yaml:4:5: high: --requirepass of redis is a sample of public documentation',
    ]);
  });
});
