import { readdirSync, readFileSync } from 'node:fs';
import type { GatewayRelease } from '../../dev/gateway.ts';

/** An answer that a real gateway gave, recorded without its secrets. */
export interface RecordedAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const FIXTURES = new URL('../fixtures/', import.meta.url);

/** Every release of LiteLLM of which answers are recorded, the oldest first. */
export const RECORDINGS: readonly GatewayRelease[] = readdirSync(FIXTURES)
  .flatMap((folder) => (/^litellm-(\d+\.\d+\.\d+)$/.exec(folder)?.[1] ?? []) as GatewayRelease[])
  .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));

/** The recorded answer of a release, by its file name without the extension. */
export function recorded(release: GatewayRelease, name: string): RecordedAnswer {
  return JSON.parse(readFileSync(new URL(`litellm-${release}/${name}.json`, FIXTURES), 'utf8'));
}
