import { type GatewayOptions, type RunningGateway, startGateway as start } from '../../dev/gateway.ts';
import { forThisFile } from './lifetime.ts';

export type { RunningGateway } from '../../dev/gateway.ts';

/** Starts a LiteLLM proxy (the newest release unless asked otherwise) that ends with the test file at the latest. */
export function startGateway(options: GatewayOptions = {}): Promise<RunningGateway> {
  return forThisFile(start(options));
}

/**
 * The same with a first `/cache/ping` behind it, as a gateway that has run for a while: the first one of a process loads
 * what it needs, and on a busy machine takes longer than the exporter asks of a gateway.
 */
export async function startWarmGateway(options: GatewayOptions = {}): Promise<RunningGateway> {
  const gateway = await startGateway(options);
  const answer = await fetch(`${gateway.url}/cache/ping`, {
    headers: { authorization: `Bearer ${options.env?.LITELLM_MASTER_KEY ?? gateway.apiKey}` },
  });
  await answer.arrayBuffer();
  return gateway;
}
