import type { Edit } from '../finding.ts';
import type { Setup } from '../setup.ts';
import type { Credential } from './credentials.ts';
import { replaced, valued } from './edit.ts';

/** How a compose file names the variable so that it refuses to start without it. */
export const REQUIRED_VARIABLE = '$'.concat('{REDIS_PASSWORD:?}');

/**
 * The edits that take a password out of its place, so that a new one can come from outside: the configuration
 * file and compose files name the variable, `.envrc` reads a file. A plain `.env` can only hold the text, so
 * there is nothing to edit mechanically.
 */
export function newPassword(setup: Setup, { text, place, where, name }: Credential): readonly Edit[] {
  if (where === 'config')
    return name.endsWith('password') && !name.includes('sentinel') ? valued(setup, place, 'os.environ/REDIS_PASSWORD') : [];
  if (where === 'command') return replaced(setup, place, text, REQUIRED_VARIABLE);
  const line = place.line === undefined ? undefined : setup.line(place.source, place.line);
  if (place.line === undefined || name !== 'REDIS_PASSWORD' || !/(^|\/)\.envrc$/.test(place.source) || line === undefined) return [];
  return [
    {
      file: place.source,
      from: place.line,
      to: place.line,
      lines: ['export REDIS_PASSWORD="$(cat "$HOME/.config/litellm/redis-password")"'],
    },
  ];
}
