import { Server as TlsServer } from 'node:tls';
import type { Config } from '../../config/effective.ts';
import type { Mask } from '../../masking/mask.ts';
import type { Log } from '../../model/tick.ts';
import { type AccessPolicy, createAccessPolicy } from './access.ts';
import { type Connections, createConnections } from './connections.ts';
import { createDeliveries } from './delivery.ts';
import type { Handlers } from './handlers.ts';
import { PAGES_SETTING } from './listen-address.ts';
import { createListener } from './listener.ts';
import { bind, closeAll } from './listening.ts';
import { createPages } from './pages.ts';
import type { Request } from './request.ts';
import { maskResponse } from './response.ts';
import { type Endpoint, endpoints, healthEndpoints, respondTo } from './routes.ts';

/** A running HTTP side. */
export interface HttpServer {
  /** Where it listens, `host:port` each, in the order of the configuration. */
  readonly addresses: readonly string[];
  /** Where it answers health checks alone, in the same form and order. */
  readonly healthAddresses: readonly string[];
  close(): Promise<void>;
}

/**
 * Listens on every configured address and serves the pages there, and those for health checks alone, without
 * TLS and login, on the addresses for them.
 *
 * Throws ListenError when an address cannot be had and WebConfigError when the web config file cannot be
 * used; nothing listens then. `close` refuses new connections, ends idle ones at once, and the others
 * when their answers are out or two seconds have passed.
 */
export async function startHttp(given: {
  config: Config['http'];
  handlers: Handlers;
  log: Log;
  mask?: Mask | undefined;
}): Promise<HttpServer> {
  const { config, handlers, log, mask } = given;
  const policy = await createAccessPolicy(config.web_config_file, log);
  const openPolicy = await createAccessPolicy(undefined, log);
  const deliveries = createDeliveries();
  const refresh = () =>
    policy.refresh((options) => {
      for (const { server } of listeners) {
        if (server instanceof TlsServer) server.setSecureContext(options);
      }
    });
  const listener = (text: string, policy: AccessPolicy, table: readonly Endpoint[]) => {
    const connections: Connections = createConnections();
    const respond = async (asked: Request) => maskResponse(await respondTo(table, asked), mask);
    return {
      text,
      tls: policy.tls !== undefined,
      connections,
      server: createListener({ policy, handle: createPages({ policy, respond, refresh, deliveries, log }), refresh, connections, log }),
    };
  };
  const table = endpoints(handlers, config.enable_lifecycle);
  const forHealth = healthEndpoints(handlers);
  const listeners = [
    ...config.listen.map((text) => listener(text, policy, table)),
    ...(config.health_listen ?? []).map((text) => listener(text, openPolicy, forHealth)),
  ];

  const results = await Promise.allSettled(listeners.map(({ server, text }) => bind(server, text, PAGES_SETTING)));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) {
    await closeAll(listeners);
    throw failure.reason;
  }
  const addresses = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  for (const [index, address] of addresses.entries()) log.info({ address, tls: listeners[index]?.tls }, 'Listening');
  return {
    addresses: addresses.slice(0, config.listen.length),
    healthAddresses: addresses.slice(config.listen.length),
    close: () => closeAll(listeners),
  };
}
