import { RedisError } from '../../src/redis/connection/failure.ts';
import { asText, createReplyReader } from '../../src/redis/connection/reply-reader.ts';
import { parseMaster } from '../../src/redis/connection/sentinel.ts';
import { parseAclLog } from '../../src/redis/replies/acl-log.ts';
import { parseClientList } from '../../src/redis/replies/client-list.ts';
import { CLUSTER_INFO } from '../../src/redis/replies/cluster/info.ts';
import { myselfIn } from '../../src/redis/replies/cluster/lines.ts';
import { readNodes } from '../../src/redis/replies/cluster/nodes.ts';
import { parseCommandStats } from '../../src/redis/replies/commandstats.ts';
import { parseErrorStats } from '../../src/redis/replies/errorstats.ts';
import { parseInfo } from '../../src/redis/replies/info.ts';
import { parseKeySizes } from '../../src/redis/replies/keysizes.ts';
import { parseKeyspace } from '../../src/redis/replies/keyspace.ts';
import { parseLatencyHistogram, parseLatencyLatest, parseLatencyStats } from '../../src/redis/replies/latency.ts';
import { mutated } from './random.ts';
import type { Target } from './target.ts';

const INFO = [
  '# Server\r\nredis_version:7.0.15\r\nrun_id:a2ff\r\n# Errorstats\r\nerrorstat_NOAUTH:count=4\r\nerrorstat_ERR:count=1\r\n',
  '# Commandstats\r\ncmdstat_get:calls=21,usec=175,usec_per_call=6.96,rejected_calls=0,failed_calls=0\r\n' +
    'cmdstat_auth:calls=2,usec=9,rejected_calls=0,failed_calls=1\r\n# Keyspace\r\ndb0:keys=2,expires=1,avg_ttl=1000\r\n',
  '# Latencystats\r\nlatency_percentiles_usec_get:p50=0.001,p99=1.003,p99.9=1.003\r\n' +
    '# Keysizes\r\ndb0_distrib_strings_sizes:1=19,2=655,512=100899,1K=31,32M=1\r\n',
] as const;

const CLIENTS =
  'id=3 addr=127.0.0.1:5 laddr=127.0.0.1:6379 fd=8 name=a age=1 idle=0 flags=N db=0 cmd=get user=default lib-name=redis-py lib-ver=5.0\n';

const REPLIES: readonly [string, ...string[]] = [
  '*2\r\n$9\r\n127.0.0.1\r\n$4\r\n6379\r\n',
  '+PONG\r\n-NOAUTH Authentication required.\r\n:42\r\n$-1\r\n$5\r\nhello\r\n',
  '%2\r\n+calls\r\n:1\r\n+histogram_usec\r\n%1\r\n:1\r\n:5\r\n>2\r\n+message\r\n+x\r\n|1\r\n+ttl\r\n:3\r\n_\r\n#t\r\n',
  '*1\r\n*14\r\n+count\r\n:1\r\n+reason\r\n+auth\r\n+context\r\n+toplevel\r\n+object\r\n+AUTH\r\n+username\r\n+bob\r\n+age-seconds\r\n+0.1\r\n' +
    '+client-info\r\n+id=3 addr=127.0.0.1:5 name=a\r\n',
  '*1\r\n*4\r\n+command\r\n:1405067976\r\n:251\r\n:1001\r\n!9\r\nERR wrong\r\n=7\r\ntxt:abc\r\n,1.5\r\n(12345678901234567890\r\n',
];

const NODES =
  `${'a'.repeat(40)} 10.0.0.1:6379@16379,a.example myself,master - 0 0 1 connected 0-5460\n` +
  `${'b'.repeat(40)} :0@0 slave,fail?,noaddr ${'a'.repeat(40)} 0 0 1 disconnected\n`;

const SHARDS: readonly [string, ...string[]] = [
  '*1\r\n*4\r\n+slots\r\n*2\r\n:0\r\n:16383\r\n+nodes\r\n*1\r\n*14\r\n+id\r\n+ab\r\n+port\r\n:6379\r\n+tls-port\r\n:6380\r\n' +
    '+ip\r\n+10.0.0.1\r\n+endpoint\r\n$-1\r\n+role\r\n+master\r\n+health\r\n+online\r\n',
  '*1\r\n*4\r\n:0\r\n:16383\r\n*4\r\n+10.0.0.1\r\n:6379\r\n+ab\r\n*2\r\n+hostname\r\n+a.example\r\n*3\r\n$0\r\n\r\n:6379\r\n+cd\r\n',
];

/** No node that cannot be connected to has a name, and no two have the same. */
function clusterNodes(reply: unknown): void {
  for (const tls of [false, true]) {
    const nodes = readNodes(reply, reply, { host: '10.0.0.9', port: 6379, tls });
    const names = nodes.flatMap(({ name }) => name ?? []);
    if (new Set(names).size < names.length || nodes.some(({ name, port }) => name !== undefined && port === undefined))
      throw new Error('two nodes at one address, or a node without one');
  }
  myselfIn(reply);
  CLUSTER_INFO.parse(reply);
}

function info(text: string): void {
  const read = parseInfo(text);
  parseErrorStats(read);
  parseCommandStats(read);
  parseKeyspace(read);
  parseKeySizes(read.section('keysizes'));
  parseLatencyStats(read.section('latencystats'));
}

/** Every reader of a reply takes whatever came: the server decides what is in it. */
function everyParser(reply: unknown): void {
  parseAclLog(reply);
  parseClientList(reply);
  parseLatencyLatest(reply);
  parseLatencyHistogram(reply);
  clusterNodes(reply);
  if (Array.isArray(reply)) parseMaster(reply);
}

/** Reads bytes in pieces of a length; the values of the replies, and whether the reader refused them. */
function read(input: Buffer, piece: number): { replies: unknown[]; refused: boolean } {
  const replies: unknown[] = [];
  const reader = createReplyReader({ reply: (value) => replies.push(asText(value)), push: () => undefined });
  try {
    for (let at = 0; at < input.length; at += piece) reader.read(input.subarray(at, at + piece));
  } catch (error) {
    if (error instanceof RedisError) return { replies, refused: true };
    throw error;
  }
  return { replies, refused: false };
}

export const REDIS_TARGETS: readonly Target[] = [
  {
    name: 'redis-cluster',
    cases: 200,
    generate: (random) => mutated(SHARDS, random),
    run: (input) => {
      for (const reply of read(input, Math.max(1, input.length)).replies) clusterNodes(reply);
    },
  },
  {
    name: 'redis-cluster-nodes',
    cases: 200,
    generate: (random) => mutated([NODES], random),
    run: (input) => clusterNodes(input.toString()),
  },
  {
    name: 'redis-replies',
    cases: 200,
    generate: (random) => mutated(REPLIES, random),
    run(input) {
      const whole = read(input, Math.max(1, input.length));
      const pieces = read(input, 1 + ((input.at(-1) ?? 0) % 17));
      if (pieces.replies.length !== whole.replies.length || pieces.refused !== whole.refused)
        throw new Error('the same bytes in other pieces are other replies');
      for (const reply of whole.replies) everyParser(reply);
    },
  },
  { name: 'redis-info', cases: 200, generate: (random) => mutated(INFO, random), run: (input) => info(input.toString()) },
  {
    name: 'redis-clients',
    cases: 200,
    generate: (random) => mutated([CLIENTS, CLIENTS.repeat(20)], random),
    run: (input) => everyParser(input.toString()),
  },
];
