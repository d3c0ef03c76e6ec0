import { distance } from '../facts/address.ts';
import { replaced } from '../facts/edit.ts';
import { type Claim, configured, destination, inEnvironment, serverPorts } from '../facts/stated-addresses.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import type { Setup } from '../setup.ts';

export const redisPortMismatch: Rule = {
  id: 'redis-port-mismatch',
  severity: 'high',
  needs: ['litellm', 'environment', 'compose'],
  title: 'two places name different ports for the same Redis',
  check(setup) {
    const stated = [...inEnvironment(setup, 'port'), ...configured(setup, 'port')];
    const hosts = new Set([...inEnvironment(setup, 'host'), ...configured(setup, 'host')].map(({ value }) => value));
    const [host] = hosts;
    if (hosts.size > 1 || (host !== undefined && distance(host, setup) === 'remote' && stated.length < 2)) return [];
    const served = host !== undefined && distance(host, setup) !== 'remote' ? serverPorts(setup, host) : [];
    const right = agreed(setup, stated, served);
    if (right === undefined) return [];
    return stated
      .filter(({ value }) => value !== right.value && !served.some((port) => port.value === value))
      .map((claim) => finding(setup, claim, right));
  },
};

/** The port that the others are measured by: that of the server, else the one most places name, else the one that LiteLLM uses. */
function agreed(setup: Setup, stated: readonly Claim[], served: readonly Claim[]): Claim | undefined {
  if (new Set(stated.map(({ value }) => value)).size < 2 && served.length === 0) return undefined;
  const [server] = served.filter(({ value }) => stated.some((claim) => claim.value === value));
  if (server !== undefined) return server;
  if (served.length > 0) return served[0];
  const votes = (claim: Claim) => stated.filter(({ value }) => value === claim.value).length;
  const [first, second] = stated
    .toSorted((a, b) => votes(b) - votes(a))
    .filter((claim, index, all) => all.findIndex(({ value }) => value === claim.value) === index);
  if (first !== undefined && second !== undefined && votes(first) > votes(second)) return first;
  const used = destination(setup, 'cache')?.port;
  return stated.find(({ value }) => value === used) ?? first;
}

function finding(setup: Setup, claim: Claim, right: Claim): Finding {
  return {
    place: claim.place,
    message: `${claim.from} says port ${claim.value}, ${right.from} says ${right.value}`,
    consequence:
      'Whichever of them LiteLLM takes after the next change, one is a port where no Redis of this setup listens: connection refused, and no shared cache.',
    fix: `set the port to ${right.value} in both places, or leave it to one of them`,
    related: [{ place: right.place, message: `${right.from} says ${right.value}` }],
    edits: replaced(setup, claim.place, claim.value, right.value),
  };
}
