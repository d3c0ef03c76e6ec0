import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GATEWAY_RELEASE } from '../../deploy/local/gateway.ts';
import { redisServer } from '../../deploy/local/redis.ts';
import { lacksOpenssl } from '../support/certificates.ts';
import { lacks } from '../support/lacks.ts';
import { expectedOn } from './fault.ts';
import { FAULTS } from './index.ts';
import { REDIS } from './server.ts';
import { type Stack, startStack } from './stack.ts';
import { runFault } from './stage.ts';
import { type Supply, supply } from './supply.ts';

const silent = () => undefined;
const [newest] = GATEWAY_RELEASE;
const lacking = lacksOpenssl() || (await lacks(() => redisServer(REDIS, silent))) || (await lacks(() => redisServer('8.2.3', silent)));

describe.skipIf(lacking).each(GATEWAY_RELEASE)('a cache behind LiteLLM %s', (release) => {
  const faults = FAULTS.filter(({ releases }) => releases === 'both' || release === newest);
  let stack: Stack;
  let gateways: Supply;

  beforeAll(async () => {
    stack = await startStack(release, silent);
    gateways = supply(stack, faults);
  });

  afterAll(() => stack?.close());

  it.each(faults.map((fault) => [fault.name, fault] as const))('%s', async (_, fault) => {
    await gateways.ready(fault);
    const run = await runFault(fault, stack, false);
    const scores = expectedOn(fault, release).cause.includes('undetermined') ? ['right', 'undetermined'] : ['right'];
    expect(scores, `${run.path.join(', then ')}; seen after ${run.detectedAfter} s`).toContain(run.score);
  });
});
