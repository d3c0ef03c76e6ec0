import { namesSecret } from '../../masking/mask.ts';
import { environmentIsKnown } from '../facts/gateway.ts';
import { reference, section } from '../facts/value.ts';
import type { Place } from '../place.ts';
import { ARGUMENTS } from '../resolver/client-arguments.ts';
import { CLIENT, type Client, type Setting, type Setup } from '../setup.ts';
import { MASK, type Masking } from './masking.ts';

/** A row of the summary: what one client of LiteLLM will use. */
export interface SettingRow {
  /** The container of LiteLLM, where there are several. */
  instance?: string | undefined;
  client: Client;
  setting: string;
  /** The value for people: secrets hidden, `(computed at run time)` where it is not known. */
  value: string;
  from: string;
  place: Place;
  hides: readonly { from: string; place: Place }[];
}

/** The rows of every instance, with its name where there are several. */
export function allRows(setups: readonly Setup[], mask: Masking): readonly SettingRow[] {
  return setups.flatMap((setup) =>
    settingRows(setup, mask).map((row) => (setups.length > 1 ? { instance: mask.tree(setup.gateway?.title), ...row } : row)),
  );
}

/**
 * Every setting of every client that LiteLLM makes, secrets hidden; `(not known)` for one that names a variable of an
 * environment that is not at hand.
 */
export function settingRows(setup: Setup, mask: Masking): readonly SettingRow[] {
  const all = CLIENT.filter((client) => setup.resolutions[client].used).flatMap((client) => {
    const rows = setup.resolutions[client].settings.map((setting) => ({
      client,
      setting: setting.name,
      value: shown(setting, mask),
      from: setting.from,
      place: setting.place,
      hides: setting.hides.map(({ from, place }) => ({ from, place })),
    }));
    return [...rows, ...notKnown(setup, client).filter(({ setting }) => !rows.some((row) => row.setting === setting))];
  });
  return mask.tree(all);
}

const SECTION = {
  cache: { path: ['litellm_settings', 'cache_params'], prefix: '' },
  router: { path: ['router_settings'], prefix: 'redis_' },
  coordination: { path: ['general_settings', 'coordination_redis'], prefix: '' },
} as const;

/** What is left open because the variable that a setting names is not among the evidence. */
function notKnown(setup: Setup, client: Client): SettingRow[] {
  const { litellm, environment } = setup;
  if (litellm === undefined || environmentIsKnown(setup)) return [];
  if (client === 'semantic') return [];
  const { path, prefix } = SECTION[client];
  return Object.entries(section(litellm.tree, ...path) ?? {}).flatMap(([key, value]): SettingRow[] => {
    const name = reference(value);
    if (name === undefined || environment.get(name) !== undefined || !key.startsWith(prefix)) return [];
    return [
      {
        client,
        setting: key.slice(prefix.length),
        value: `(not known: ${name})`,
        from: `${path.at(-1)}.${key}`,
        place: litellm.place([...path, key]),
        hides: [],
      },
    ];
  });
}

function shown({ name, value, confidential }: Setting, mask: Masking): string {
  if (value === undefined) return '(computed at run time)';
  // The value of an argument that does not exist may be a password with a misspelt name.
  const isSecret = name !== 'url' && (confidential || namesSecret(name) || !ARGUMENTS.has(name));
  return isSecret && !LOGINS.has(name) ? MASK : mask.text(value.reveal());
}

/** What the resolver puts in place of a login: a name, not a secret. */
const LOGINS: ReadonlySet<string> = new Set(['credential_provider', 'redis_connect_func']);
