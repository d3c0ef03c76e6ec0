import type { Place } from '../place.ts';
import type { Setup } from '../setup.ts';
import { selects } from './reach.ts';
import type { Server } from './redis-server.ts';

/** A way from outside of the cluster to a server in it. */
export interface ClusterPort {
  /** `Service redis of type LoadBalancer`, `a port of each node`. */
  name: string;
  port: string;
  /** Whether only some addresses get in. */
  limited: boolean;
  place: Place;
}

/** The ways to a server from outside of its cluster: Services of type LoadBalancer and NodePort, and ports of the node. */
export function clusterPorts(setup: Setup, server: Server): readonly ClusterPort[] {
  const { workload, container } = server;
  if (workload === undefined) return [];
  const services = setup.clusterServices
    .filter((service) => (service.type === 'LoadBalancer' || service.type === 'NodePort') && selects(service, workload))
    .map(
      ({ name, type, ports, limited, place }): ClusterPort => ({
        name: `Service ${name} of type ${type}`,
        port: (type === 'NodePort' ? ports[0]?.nodePort : undefined) ?? ports[0]?.port ?? '6379',
        limited,
        place,
      }),
    );
  const onNode = (container?.ports ?? []).flatMap(({ hostPort, place }): ClusterPort[] =>
    hostPort === undefined
      ? []
      : [{ name: `a port of each node that ${workload.kind} ${workload.name} runs on`, port: hostPort, limited: false, place }],
  );
  return [...services, ...onNode];
}
