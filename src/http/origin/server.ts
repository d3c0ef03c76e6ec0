import { Server as TlsServer } from 'node:tls';
import type { OriginConfig } from '../../config/effective.ts';
import type { Log } from '../../model/tick.ts';
import { type AccessPolicy, createAccessPolicy } from '../server/access.ts';
import { createConnections } from '../server/connections.ts';
import { createListener } from '../server/listener.ts';
import { bind, closeAll, type Listening } from '../server/listening.ts';
import { createExchange, type ExchangeParts } from './exchange.ts';

/** Connections of gateways that are open at the same time, for each address. */
const MAX_CONNECTIONS = 256;

/** The listeners of the origin. */
export interface OriginServer {
  /** Where it listens, `host:port` each, in the order of the configuration. */
  addresses(): readonly string[];
  /**
   * The first half of taking a configuration over: listens at the addresses that are new, and answers there only once `take` was
   * called, which also ends the others. `drop` leaves everything as it was. Rejects with ListenError or WebConfigError.
   */
  prepare(config: OriginConfig | undefined): Promise<{ take(): Promise<void>; drop(): Promise<void> }>;
  close(): Promise<void>;
}

/** A listener, and the web config file by whose policy it answers. */
type Bound = Listening & { address: string; file: string | undefined; policy: AccessPolicy };

/** An origin that listens nowhere yet. */
export function createOriginServer(
  given: Pick<ExchangeParts, 'keys' | 'clock' | 'count' | 'limits'> & { log: Log; opened(): void },
): OriginServer {
  const { log } = given;
  let current: OriginConfig | undefined;
  const bound = new Map<string, Bound>();

  async function listen(text: string, policy: AccessPolicy, file: string | undefined): Promise<Bound> {
    const refresh = () =>
      policy.refresh((options) => {
        for (const other of bound.values())
          if (other.policy === policy && other.server instanceof TlsServer) other.server.setSecureContext(options);
      });
    const handle = createExchange({ ...given, policy, refresh, latency: () => current?.latency ?? 0 });
    const connections = createConnections(MAX_CONNECTIONS);
    const server = createListener({ policy, handle, invites: true, refresh, connections, log });
    return { server, connections, address: await bind(server, text, 'origin.listen'), file, policy };
  }

  /** The policy of a web config file: that of the listeners which have it, so that they count requests together. */
  async function policyOf(file: string | undefined): Promise<AccessPolicy> {
    return [...bound.values()].find((other) => other.file === file)?.policy ?? (await createAccessPolicy(file, log, false));
  }

  return {
    addresses: () => [...bound.values()].map(({ address }) => address),
    async prepare(config) {
      const wanted = new Set(config?.listen ?? []);
      const file = config?.web_config_file;
      const added = [...wanted].filter((text) => !bound.has(text));
      const policy = added.length > 0 ? await policyOf(file) : undefined;
      const results = policy === undefined ? [] : await Promise.allSettled(added.map((text) => listen(text, policy, file)));
      const listeners = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      const failure = results.find((result) => result.status === 'rejected');
      if (failure !== undefined) {
        await closeAll(listeners);
        throw failure.reason;
      }
      return {
        async take() {
          if ([...bound].some(([text, other]) => wanted.has(text) && other.file !== file))
            log.warn({}, 'A change of origin.web_config_file takes effect after a restart where the origin already listens');
          current = config;
          for (const [index, text] of added.entries()) {
            const listener = listeners[index];
            if (listener === undefined) continue;
            bound.set(text, listener);
            log.info({ address: listener.address, tls: policy?.tls !== undefined }, 'Listening as the origin');
          }
          if (wanted.size > 0) given.opened();
          const ended = [...bound].filter(([text]) => !wanted.has(text));
          for (const [text] of ended) bound.delete(text);
          await closeAll(ended.map(([, listener]) => listener));
        },
        drop: () => closeAll(listeners),
      };
    },
    close: () => closeAll([...bound.values()]),
  };
}
