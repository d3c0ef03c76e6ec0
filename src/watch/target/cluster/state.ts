import type { AuthState, RedisFailure } from '../../../model/redis.ts';
import type { TargetState } from '../../../redis/connection/target.ts';
import { credentialsOf, type SeenNode } from './status.ts';

/** The exporter's own credential may be used where a master takes it: each is asked for itself before it is used there. */
export function authOf(masters: readonly SeenNode[]): AuthState {
  const states = masters.map(({ node }) => node.target.auth);
  return states.find((state) => state === 'ok' || state === 'disabled') ?? states.find((state) => state === 'failed') ?? 'unknown';
}

/** What a verdict may rest on: a credential that one master refuses is refused, and accepted is what all take. */
export function stateOf(masters: readonly SeenNode[], failure: RedisFailure | undefined, up: boolean, at: number): TargetState {
  const states = masters.flatMap(({ node }) => node.target.state ?? []);
  const refused = states.flatMap((state) => state.refused ?? []);
  const inAll = (of: (state: TargetState) => readonly string[] | undefined) =>
    (states[0] === undefined ? [] : (of(states[0]) ?? [])).filter((name) => states.every((state) => of(state)?.includes(name)));
  const timedOutAt = states.flatMap((state) => state.timedOutAt ?? []).toSorted((a, b) => b - a)[0];
  return {
    at,
    up,
    failure,
    timedOutAt,
    clusterOk: failure === 'clusterdown' ? false : undefined,
    refused: credentialsOf([{ credentials: refused }]),
    accepted: inAll(({ accepted }) => accepted),
    unneeded: inAll(({ unneeded }) => unneeded),
  };
}
