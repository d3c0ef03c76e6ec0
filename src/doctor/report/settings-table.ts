import { namesSecret } from '../../masking/mask.ts';
import type { Place } from '../place.ts';
import { ARGUMENTS } from '../resolver/client-arguments.ts';
import { CLIENT, type Client, type Setting, type Setup } from '../setup.ts';
import { MASK, type Masking } from './masking.ts';

/** A row of the summary: what one client of LiteLLM will use. */
export interface SettingRow {
  client: Client;
  setting: string;
  /** The value for people: secrets hidden, `(computed at run time)` where it is not known. */
  value: string;
  from: string;
  place: Place;
  hides: readonly { from: string; place: Place }[];
}

/** Every setting of every client that LiteLLM makes, secrets hidden. */
export function settingRows(setup: Setup, mask: Masking): readonly SettingRow[] {
  const rows = CLIENT.filter((client) => setup.resolutions[client].used).flatMap((client) =>
    setup.resolutions[client].settings.map((setting) => ({
      client,
      setting: setting.name,
      value: shown(setting, mask),
      from: setting.from,
      place: setting.place,
      hides: setting.hides.map(({ from, place }) => ({ from, place })),
    })),
  );
  return mask.tree(rows);
}

function shown({ name, value, confidential }: Setting, mask: Masking): string {
  if (value === undefined) return '(computed at run time)';
  // The value of an argument that does not exist may be a password with a misspelt name.
  const isSecret = name !== 'url' && (confidential || namesSecret(name) || !ARGUMENTS.has(name));
  return isSecret && !LOGINS.has(name) ? MASK : mask.text(value.reveal());
}

/** What the resolver puts in place of a login: a name, not a secret. */
const LOGINS: ReadonlySet<string> = new Set(['credential_provider', 'redis_connect_func']);
