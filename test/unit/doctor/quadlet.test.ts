import { describe, expect, it } from 'vitest';
import { readQuadlet } from '../../../src/doctor/evidence/container/quadlet.ts';

function read(...lines: string[]) {
  return readQuadlet(['[Container]', 'Image=litellm', ...lines].join('\n'), 'litellm.container');
}

describe('a container of Podman Quadlet', () => {
  it.each(['1', 'yes', 'true', 'on', 'True', 'ON'])('takes the environment of its host for EnvironmentHost=%s', (value) => {
    expect(read(`EnvironmentHost=${value}`).gaps).toHaveLength(1);
  });

  it.each(['0', 'no', 'false', 'off', ''])('does not for EnvironmentHost=%s', (value) => {
    expect(read(`EnvironmentHost=${value}`).gaps).toEqual([]);
  });

  it('forgets what was given before an empty value', () => {
    const { run } = read(
      'Environment=A=1',
      'EnvironmentFile=a.env',
      'Volume=./a:/a',
      'PublishPort=4000:4000',
      'Environment=',
      'EnvironmentFile=',
      'Volume=',
      'PublishPort=',
      'Environment=B=2',
    );
    expect(run).toMatchObject({ variables: [{ name: 'B', value: '2' }], envFiles: [], mounts: [], ports: [] });
  });

  it('reads its own section only', () => {
    const { run } = readQuadlet('[Unit]\nEnvironment=A=1\n[Container]\nEnvironment=B=2\n[Service]\nEnvironment=C=3\n', 'x.container');
    expect(run.variables.map(({ name }) => name)).toEqual(['B']);
  });
});
