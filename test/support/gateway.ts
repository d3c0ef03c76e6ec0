import { type GatewayOptions, type RunningGateway, startGateway as start } from '../../deploy/local/gateway.ts';
import { forThisFile } from './lifetime.ts';

export type { RunningGateway } from '../../deploy/local/gateway.ts';

/** Starts a LiteLLM proxy (1.106.0 unless asked otherwise) that ends with the test file at the latest. */
export function startGateway(options: GatewayOptions = {}): Promise<RunningGateway> {
  return forThisFile(start(options));
}
