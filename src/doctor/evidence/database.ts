import type { Environment } from '../environment.ts';
import type { Gap, LitellmConfig } from '../setup.ts';
import { asText, sectionOf } from './tree.ts';

/** Settings that LiteLLM takes from its database beside, or in place of, those of its file (litellm/proxy/proxy_server.py, _update_config_from_db). */
export function fromDatabase(litellm: LitellmConfig | undefined, environment: Environment): Gap[] {
  const variable = environment.get('STORE_MODEL_IN_DB');
  const inFile = sectionOf(litellm?.tree.general_settings).store_model_in_db;
  const isOn = (value: string | undefined) => value !== undefined && /^(?:true|1|yes|on)$/i.test(value.trim());
  const place = isOn(inFile === undefined || inFile === null ? undefined : asText(inFile))
    ? litellm?.place(['general_settings', 'store_model_in_db'])
    : isOn(variable?.value?.reveal())
      ? variable?.place
      : undefined;
  if (place === undefined) return [];
  return [
    {
      kind: 'evidence',
      place,
      message:
        'LiteLLM takes settings from its database as well, which was not read: they can change the cache, the router and the variables',
      fix: 'compare with what the gateway says of itself: doctor --live, or GET /cache/ping with its key',
      severity: 'low',
    },
  ];
}
