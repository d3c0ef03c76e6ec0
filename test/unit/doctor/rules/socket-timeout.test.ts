import { describe, expect, it } from 'vitest';
import { socketTimeout } from '../../../../src/doctor/rules/socket-timeout.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('socket-timeout');

describe('socket-timeout', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(socketTimeout, bad)).toEqual(['config.yaml:9:5: medium: socket_timeout is 30 s']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(socketTimeout, good)).toEqual([]);
  });
});
