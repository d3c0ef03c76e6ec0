import { afterAll } from 'vitest';
import { type GatewayOptions, type RunningGateway, startGateway as start } from '../../deploy/local/gateway.ts';

export type { RunningGateway } from '../../deploy/local/gateway.ts';

const started: RunningGateway[] = [];

afterAll(() => Promise.all(started.splice(0).map((gateway) => gateway.stop())));

/** Starts a LiteLLM proxy (1.106.0 unless asked otherwise) that ends with the test file at the latest. */
export async function startGateway(options: GatewayOptions = {}): Promise<RunningGateway> {
  const gateway = await start(options);
  started.push(gateway);
  return gateway;
}
