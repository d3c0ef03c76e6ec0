import { parseNumber } from './info.ts';
import type { Query } from './query.ts';

/** Why an entry is in ACL LOG; `other` for reasons of later versions. */
export const ACL_REASON = ['auth', 'command', 'key', 'channel', 'other'] as const;
export type AclReason = (typeof ACL_REASON)[number];

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
  /** `host:port` of the last offender; undefined where it has none. */
  address?: string;
  ageSeconds: number;
}

/** The newest entries. Only the ten newest are compared with a new refusal, so these are what changes. */
export const ACL_LOG: Query<AclEntry[]> = { args: ['ACL', 'LOG', '10'], since: '6.2.0', parse: parseAclLog };

/** As many entries as a server keeps by default (acllog-max-len). */
export const ACL_LOG_ALL: Query<AclEntry[]> = { args: ['ACL', 'LOG', '128'], since: '6.2.0', parse: parseAclLog };

/** ACL LOG: flat arrays of names and values, newest first. What is not of this form is passed over. */
export function parseAclLog(reply: unknown): AclEntry[] {
  return (Array.isArray(reply) ? reply : []).flatMap((row) => parseEntry(row) ?? []);
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
  const address = /(?:^| )addr=(\S{1,128})/.exec(text('client-info'))?.[1];
  return {
    key: typeof id === 'number' ? `#${id}` : ['reason', 'context', 'object', 'username'].map(text).join('\0'),
    ...(typeof id === 'number' && { id }),
    reason: ACL_REASON.find((reason) => reason === fields.get('reason')) ?? 'other',
    count,
    username: text('username'),
    ...(address !== undefined && { address }),
    ageSeconds,
  };
}
