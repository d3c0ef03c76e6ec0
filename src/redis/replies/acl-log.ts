import { ACL_REASON, type AclReason } from '../../model/redis.ts';
import { shapeOfKey } from '../probe-keys/refused-key.ts';
import { readClient } from './client-info.ts';
import { parseNumber } from './info.ts';
import type { Query } from './query.ts';

/**
 * One entry of ACL LOG. Equal refusals within 60 s share one, whose count and time move on (redis
 * src/acl.c). `username` is what was typed, so it can be a password and must not be shown as it is.
 */
export interface AclEntry {
  /** Identifies the entry: its number from 7.2 on, what it is about before. */
  key: string;
  /** Its number, from 7.2 on. */
  id?: number;
  reason: AclReason;
  count: number;
  username: string;
  /** What was refused: a command in lower case, the shape of a key or `key`, `channel`, `other` for anything else. Never the name of a key. */
  what: string;
  /** The probe whose key was refused. */
  probe?: string;
  /** IP address of the last offender, or `unix socket`; undefined where it has none. */
  address?: string;
  /** The client library as it names itself, from 7.2 on. */
  library?: string;
  /** Whether the last offender has the name of an exporter. */
  exporter?: true;
  ageSeconds: number;
}

/** The newest entries. Only the ten newest are compared with a new refusal, so these are what changes. */
export const ACL_LOG: Query<AclEntry[]> = {
  args: ['ACL', 'LOG', '10'],
  since: { redis: [6, 2, 0], valkey: [7, 2, 0] },
  parse: parseAclLog,
};

/** As many entries as a server keeps by default (acllog-max-len). */
export const ACL_LOG_ALL: Query<AclEntry[]> = {
  args: ['ACL', 'LOG', '128'],
  since: { redis: [6, 2, 0], valkey: [7, 2, 0] },
  parse: parseAclLog,
};

const MAX_ENTRIES = 128;

/** ACL LOG: flat arrays of names and values, newest first. What is not of this form is passed over. */
export function parseAclLog(reply: unknown): AclEntry[] {
  return (Array.isArray(reply) ? reply.slice(0, MAX_ENTRIES) : []).flatMap((row) => parseEntry(row) ?? []);
}

function whatIn(reason: AclReason, object: string): string {
  if (reason === 'key') return shapeOfKey(object);
  return reason === 'channel' ? reason : commandIn(object);
}

function parseEntry(row: unknown): AclEntry | undefined {
  if (!Array.isArray(row)) return undefined;
  const fields = new Map<unknown, unknown>();
  for (let index = 0; index + 1 < row.length; index += 2) fields.set(row[index], row[index + 1]);
  const text = (name: string) => String(fields.get(name) ?? '');
  const count = fields.get('count');
  const ageSeconds = parseNumber(text('age-seconds'));
  if (typeof count !== 'number' || ageSeconds === undefined) return undefined;
  const id = fields.get('entry-id');
  const reason = ACL_REASON.find((known) => known === fields.get('reason')) ?? 'other';
  const [probe] = (reason === 'key' && /lce-probe-[0-9a-f]{1,64}/.exec(text('object'))) || [];
  const { address, library, exporter } = readClient(text('client-info'));
  return {
    key: typeof id === 'number' ? `#${id}` : ['reason', 'context', 'object', 'username'].map((name) => text(name).slice(0, 128)).join('\0'),
    ...(typeof id === 'number' && { id }),
    reason,
    count,
    username: text('username'),
    what: whatIn(reason, text('object')),
    ...(probe !== undefined && { probe }),
    ...(address !== undefined && { address }),
    ...(library !== undefined && { library }),
    ...(exporter && { exporter }),
    ageSeconds,
  };
}

/** The object of a refused command or of a refused AUTH, where it has the form of a command's name. */
function commandIn(object: string): string {
  return /^[A-Za-z][A-Za-z0-9_.|-]{0,31}$/.test(object) ? object.toLowerCase() : 'other';
}
