import { describe, expect, it } from 'vitest';
import { publishedPortInside } from '../../../../src/doctor/rules/published-port-inside.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('published-port-inside');

describe('published-port-inside', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(publishedPortInside, bad)).toEqual([
      'config.yaml:5:5: high: localhost is the container of LiteLLM itself, Redis is service redis',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(publishedPortInside, good)).toEqual([]);
  });
});
