import type { Query } from '../query.ts';
import { idOf, MAX_NODES, type NodeEntry, type Place, placed } from './entry.ts';
import { rangeOf, SLOTS, type SlotRange } from './slots.ts';

/** What the nodes think of each other: only here is a node that may have failed (`fail?`). The reply is read by `readNodes`. */
export const CLUSTER_NODES: Query<unknown> = {
  args: ['CLUSTER', 'NODES'],
  since: { redis: [3, 0, 0], valkey: [7, 2, 0] },
  parse: (reply) => reply,
};

/** More than a thousand nodes with every slot apart and on its way to another node take. */
const MAX_TEXT_CHARACTERS = 2_097_152;

function linesIn(reply: unknown): string[] {
  return typeof reply === 'string' ? reply.slice(0, MAX_TEXT_CHARACTERS).split('\n', MAX_NODES) : [];
}

/** CLUSTER NODES: a node a line, `id host:port@bus,hostname flags ...`. A node that the others are about to take in is none yet. */
export function readLines(reply: unknown, from: Place): NodeEntry[] {
  return linesIn(reply).flatMap((line): NodeEntry[] => {
    const [name, address = '', flagged = ''] = line.split(' ', 3);
    const id = idOf(name);
    const flags = flagged.split(',');
    if (id === undefined || flags.includes('handshake') || !(flags.includes('master') || flags.includes('slave'))) return [];
    const [place = '', hostname] = address.split(',', 2);
    const [node = ''] = place.split('@', 1);
    const colon = node.lastIndexOf(':');
    const state = flags.includes('fail') || flags.includes('noaddr') ? 'fail' : flags.includes('fail?') ? 'pfail' : 'ok';
    const where = placed([node.slice(0, Math.max(0, colon)), hostname], node.slice(colon + 1), from);
    return [{ id, ...where, role: flags.includes('master') ? 'master' : 'replica', state, slots: slotsIn(line) }];
  });
}

/** The slots at the end of a line, `0-5460` or `7`; those on their way to another node are in brackets and still its own. */
function slotsIn(line: string): SlotRange[] {
  const parts = line
    .trimEnd()
    .split(' ', 8 + SLOTS)
    .slice(8);
  return parts.flatMap((part): SlotRange[] => {
    const [, from = '', to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? [];
    const range = from === '' ? undefined : rangeOf(Number(from), Number(to));
    return range === undefined ? [] : [range];
  });
}

/** The id of the node that gave a reply to CLUSTER NODES; undefined where it does not tell. */
export function myselfIn(reply: unknown): string | undefined {
  const own = linesIn(reply).map((line) => line.split(' ', 3));
  return idOf(own.find(([, , flags = '']) => flags.split(',').includes('myself'))?.[0]);
}

/** CLUSTER SLOTS has a row for each range, with every node of its shard: of more it would go past what is read of one reply. */
const MAX_ROWS = 1_000;

/** Whether a reply to CLUSTER NODES tells of so many ranges of slots that CLUSTER SLOTS is not to be asked. It names everything that this one does. */
export function isFragmented(reply: unknown): boolean {
  let left = MAX_ROWS;
  for (const line of linesIn(reply)) {
    left -= slotsIn(line).length;
    if (left < 0) return true;
  }
  return false;
}
