import { z } from 'zod';
import { formatDuration, parseDuration } from './duration.ts';
import { closest } from './problem.ts';
import { Secret } from './secret.ts';

/** The longest interval that a timer of Node keeps is 24 days; a day is the longest that makes sense here. */
const DAY = 86_400_000;

/** A duration as text; milliseconds afterwards. `whole` asks for full seconds, which is what a TTL of LiteLLM counts. */
export function duration(limits: { min?: number; max?: number; whole?: 'seconds' } = {}) {
  const { min = 1, max = DAY } = limits;
  return z
    .unknown()
    .transform((value, context): number => {
      const milliseconds = typeof value === 'string' ? parseDuration(value) : undefined;
      if (milliseconds === undefined) return refuse(context, 'must be a duration', durationHint(value));
      if (milliseconds === 0) return refuse(context, 'must be longer than 0');
      if (milliseconds < min) return refuse(context, `must be at least ${formatDuration(min)}`);
      if (milliseconds > max) return refuse(context, `must be at most ${formatDuration(max)}`);
      if (limits.whole && milliseconds % 1000 !== 0) return refuse(context, 'must be whole seconds');
      return milliseconds;
    })
    .meta({ type: 'string', kind: 'duration' });
}

function durationHint(value: unknown): string {
  const seconds = typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined;
  return seconds === undefined ? 'write it like 500ms, 15s, 5m or 1h' : `did you mean ${seconds}s?`;
}

/** Text that is not empty. */
export function text() {
  return z.string().min(1, 'is empty');
}

/** What a name looks like: it becomes a label value and part of an address. */
export const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** The name of an entry. */
export function entryName() {
  return z.string().regex(NAME, 'must be 1 to 63 letters, digits, dots, dashes or underscores, the first a letter or digit');
}

/** The path of a file, absolute since `interpolate`. */
export function filePath() {
  return text().meta({ kind: 'file' });
}

/** A secret in the file itself, or already a Secret where `interpolate` found `${file:PATH}`. */
export function secret() {
  return z
    .unknown()
    .transform((value, context): Secret => {
      if (value instanceof Secret) return value;
      if (typeof value !== 'string') return refuse(context, 'must be text', 'put it in quotes');
      if (value === '') return refuse(context, 'is empty');
      return Secret.of(value);
    })
    .meta({ type: 'string', kind: 'secret' });
}

/** A file that holds a secret. */
export function secretFile() {
  return text()
    .transform((path) => Secret.fromFile(path))
    .meta({ kind: 'file' });
}

/** One of a closed set, with the nearest member as the suggestion. */
export function oneOf<const T extends readonly [string, ...string[]]>(members: T) {
  return z.enum(members, {
    error: (issue) =>
      `must be one of ${members.join(', ')}${hint(typeof issue.input === 'string' ? closest(issue.input, members) : undefined)}`,
  });
}

function hint(word: string | undefined): string {
  return word === undefined ? '' : `; did you mean ${word}?`;
}

/** A number, also as text, because a value from the environment is text. `whole` asks for an integer. */
export function number(limits: { min: number; max?: number; whole?: true }) {
  const max = limits.max ?? Number.MAX_SAFE_INTEGER;
  const kind = limits.whole ? 'a whole number' : 'a number';
  const range = limits.max === undefined ? `${limits.min} or more` : `from ${limits.min} to ${limits.max}`;
  return z
    .unknown()
    .transform((value, context): number => {
      const parsed = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
      const fits = typeof parsed === 'number' && parsed >= limits.min && parsed <= max && (!limits.whole || Number.isInteger(parsed));
      return fits ? parsed : refuse(context, `must be ${kind}, ${range}`);
    })
    .meta({ type: limits.whole ? 'integer' : 'number', minimum: limits.min, ...(limits.max === undefined ? {} : { maximum: limits.max }) });
}

/** A percentage as text, such as `1%` or `0.5%`; a share from 0 to 1 afterwards. */
export function share(limits: { max: number }) {
  const most = `${limits.max * 100}%`;
  return z
    .unknown()
    .transform((value, context): number => {
      const percent = typeof value === 'string' && /^\d{1,3}(\.\d{1,6})?%$/.test(value) ? Number(value.slice(0, -1)) : undefined;
      if (percent === undefined) return refuse(context, 'must be a percentage', shareHint(value));
      return percent / 100 > limits.max ? refuse(context, `must be at most ${most}`) : percent / 100;
    })
    .meta({ type: 'string', kind: 'percentage' });
}

function shareHint(value: unknown): string {
  return typeof value === 'number' && value >= 0 && value <= 100 ? `did you mean ${value}%?` : 'write it like 1% or 0.5%';
}

/** true or false, also as text, because a value from the environment is text. */
export function flag() {
  return z
    .unknown()
    .transform((value, context): boolean => {
      if (value === true || value === 'true') return true;
      if (value === false || value === 'false') return false;
      return refuse(context, 'must be true or false');
    })
    .meta({ type: 'boolean' });
}

/** Reports an issue from inside a transformation. Its value is never used: a schema with an issue has no output. */
export function refuse(context: z.RefinementCtx, message: string, suggestion?: string): never {
  context.addIssue({ code: 'custom', message, params: { suggestion } });
  return z.NEVER;
}
