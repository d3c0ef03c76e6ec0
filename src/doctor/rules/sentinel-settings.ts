import { RELEASES } from '../../litellm/releases.ts';
import { cacheParams, cachesInRedis, paramPath } from '../facts/cache-settings.ts';
import { allEndpoints, CLIENT_NAME } from '../facts/endpoints.ts';
import { environmentIsKnown } from '../facts/gateway.ts';
import { image } from '../facts/image.ts';
import { serverOf, serverPort } from '../facts/redis-server.ts';
import { isOlderThan } from '../facts/release.ts';
import { destination, setting } from '../facts/stated-addresses.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { CLIENT, type ComposeService, type Setup } from '../setup.ts';

export const sentinelSettings: Rule = {
  id: 'sentinel-settings',
  severity: 'high',
  needs: ['litellm', 'environment'],
  title: 'Redis Sentinel is configured by half, or its port is used as that of a data server',
  check(setup) {
    if (setup.litellm === undefined) return [];
    const nodes = cacheParams(setup)?.sentinel_nodes !== undefined || setup.environment.get('REDIS_SENTINEL_NODES') !== undefined;
    return [...(nodes && cachesInRedis(setup) ? sentinel(setup) : []), ...port(setup), ...dataServers(setup)];
  },
};

/** A port proves nothing: what it is the evidence tells, or it is only a custom. */
function port(setup: Setup): Finding[] {
  return CLIENT.flatMap((client): Finding[] => {
    const to = destination(setup, client);
    if (to === undefined) return [];
    const service = setup.services.find(({ name, tree }) => name === to.host || tree.container_name === to.host);
    const runs = service === undefined ? undefined : isSentinel(service);
    const isNode = allEndpoints(setup).some(({ form, host, port }) => form === 'sentinel' && host === to.host && port === to.port);
    const own = service === undefined ? undefined : serverOf(setup, to.host);
    const isData = own !== undefined && serverPort(own) === to.port;
    if (!(runs === true || isNode || (to.port === '26379' && !isData))) return [];
    return [
      {
        place: to.place,
        message: `${to.host}:${to.port} is the ${runs === true || isNode ? 'address' : 'port'} of a Sentinel, not of a data server`,
        consequence: `A Sentinel does not know GET and SET: every operation of ${CLIENT_NAME[client]} fails.${runs === true || isNode ? '' : ' (26379 is the port that Sentinels have unless told otherwise; nothing else was seen of this server.)'}`,
        fix: 'set sentinel_nodes and service_name, or the address of the data server',
        severity: runs === true || isNode ? undefined : 'medium',
      },
    ];
  });
}

/** Data servers that are given as Sentinels. */
function dataServers(setup: Setup): Finding[] {
  const nodes = allEndpoints(setup).filter(({ form, host, port }) => {
    const own = form === 'sentinel' ? serverOf(setup, host) : undefined;
    return own !== undefined && !isSentinel(own.service) && serverPort(own) === port;
  });
  return nodes.slice(0, 1).map(({ client, host, port, place }) => ({
    place,
    message: `${host}:${port} is given as a Sentinel, and is a data server`,
    consequence: `It does not know SENTINEL: ${CLIENT_NAME[client]} finds no master, and nothing is cached or counted in Redis.`,
    fix: 'name the Sentinels (their port is 26379 unless told otherwise), or the data server by host and port',
  }));
}

function isSentinel({ command, image: reference }: ComposeService): boolean {
  const words = command.flatMap((word) => word.split(/\s+/));
  return (
    words.some((word) => /(^|\/)(redis|valkey)-sentinel$/.test(word) || word === '--sentinel') ||
    /sentinel$/.test(image(reference ?? '').name)
  );
}

function sentinel(setup: Setup): Finding[] {
  const params = cacheParams(setup) ?? {};
  const { litellm } = setup;
  if (litellm === undefined) return [];
  const place = litellm.place(paramPath('sentinel_nodes'));
  const findings: Finding[] = [];
  if (environmentIsKnown(setup) && params.service_name === undefined && setup.environment.get('REDIS_SERVICE_NAME') === undefined) {
    findings.push({
      place,
      message: 'sentinel_nodes without service_name',
      consequence: 'LiteLLM does not use the Sentinels: it makes a plain client, which has no host and fails.',
      fix: 'add service_name: the name that the Sentinels monitor, often mymaster',
    });
  }
  const password = params.password ?? setup.environment.get('REDIS_PASSWORD');
  const sentinelPassword = params.sentinel_password ?? setup.environment.get('REDIS_SENTINEL_PASSWORD');
  if (
    environmentIsKnown(setup) &&
    sentinelPassword !== undefined &&
    password === undefined &&
    isOlderThan(setup, RELEASES.sentinel_keeps_passwords_apart) !== false
  ) {
    findings.push({
      place: params.sentinel_password === undefined ? place : litellm.place(paramPath('sentinel_password')),
      message: 'sentinel_password without a password for the data server',
      consequence: 'The Sentinels let LiteLLM in and the data server answers NOAUTH; older releases send it the password of the Sentinels.',
      fix: 'set password as well',
    });
  }
  const lost = ['password', 'username', 'ssl', 'socket_timeout'].filter((name) => params[name] !== undefined && params[name] !== null);
  if (lost.length > 0 && isOlderThan(setup, RELEASES.sentinel_keeps_arguments) === true) {
    findings.push({
      place: litellm.place(paramPath(lost[0] ?? 'sentinel_nodes')),
      message: `LiteLLM ${setup.release?.version} does not use ${lost.join(', ')} behind Sentinel`,
      consequence:
        'It connects to the data server with nothing but the password of the Sentinels: NOAUTH or WRONGPASS, and plain text, while the gateway looks healthy.',
      fix: 'update LiteLLM to 1.85.0 or newer, or name the data server by host',
    });
  }
  const db = setting(setup, 'cache', 'db');
  const number = db?.value?.reveal();
  if (db !== undefined && number !== undefined && number !== '0') {
    findings.push({
      place: db.place,
      message: `database ${number} together with Sentinel`,
      consequence: 'The number reaches the connection to the Sentinels, which do not know SELECT.',
      fix: 'use database 0, and separate by namespace',
      severity: 'medium',
    });
  }
  return findings;
}
