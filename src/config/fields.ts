import { z } from 'zod';
import { formatDuration, meantDuration, parseDuration } from '../source/duration.ts';
import { closest } from '../source/problem.ts';
import { Secret, secretFault } from '../source/secret.ts';

/** The longest interval that a timer of Node keeps is 24 days; a day is the longest that makes sense here. */
const DAY_MS = 86_400_000;

/** A duration as text; milliseconds afterwards. `whole` asks for full seconds, which is what a TTL of LiteLLM counts. */
export function duration(limits: { min?: number; max?: number; whole?: 'seconds' } = {}) {
  const { min = 1, max = DAY_MS } = limits;
  return z
    .unknown()
    .transform((value, context): number => {
      const milliseconds = typeof value === 'string' ? parseDuration(value) : undefined;
      if (milliseconds === undefined)
        return refuse(
          context,
          'must be a duration',
          durationHint(value, (meant) => meant >= min && meant <= max),
        );
      if (milliseconds === 0 && min > 0) return refuse(context, 'must be longer than 0');
      if (milliseconds < min) return refuse(context, `must be at least ${formatDuration(min)}`);
      if (milliseconds > max) return refuse(context, `must be at most ${formatDuration(max)}`);
      if (limits.whole && milliseconds % 1000 !== 0) return refuse(context, 'must be whole seconds');
      return milliseconds;
    })
    .meta({ type: 'string', kind: 'duration' });
}

/** Where so many seconds do not fit, a number without a unit is of milliseconds. */
function durationHint(value: unknown, fits: (milliseconds: number) => boolean): string {
  const inSeconds = meantDuration(value);
  const meant = [inSeconds, meantDuration(`${value}ms`)].find((text) => text !== undefined && fits(parseDuration(text) ?? -1)) ?? inSeconds;
  return meant === undefined ? 'write it like 500ms, 15s, 5m or 1h' : `did you mean ${meant}?`;
}

/** Text that is not empty. */
export function text() {
  return z.string().regex(/\S/, 'is empty');
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
export function secret(faultOf: (text: string) => string | undefined = secretFault) {
  return z
    .unknown()
    .transform((value, context): Secret => {
      if (value instanceof Secret) return value;
      if (typeof value !== 'string') return refuse(context, 'must be text', 'put it in quotes');
      if (value === '') return refuse(context, 'is empty');
      const fault = faultOf(value);
      return fault === undefined ? Secret.of(value) : refuse(context, fault);
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
      `must be one of ${members.join(', ')}${hint(typeof issue.input === 'string' ? meantMember(issue.input, members) : undefined)}`,
  });
}

/** The nearest member, or the one that a longer text begins with or holds: `/v1/embeddings`. */
function meantMember(input: string, members: readonly string[]): string | undefined {
  const near = closest(input, members);
  if (near !== undefined || input.length > 64) return near;
  const places = members.map((member) => ({ member, place: input.toLowerCase().indexOf(member) })).filter(({ place }) => place >= 0);
  return places.sort((a, b) => a.place - b.place || b.member.length - a.member.length)[0]?.member;
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
      return fits
        ? parsed
        : refuse(
            context,
            `must be ${kind}, ${range}`,
            numberHint(value, (meant) => meant >= limits.min && meant <= max),
          );
    })
    .meta({ type: limits.whole ? 'integer' : 'number', minimum: limits.min, ...(limits.max === undefined ? {} : { maximum: limits.max }) });
}

/** The number in a text with a currency, a comma, quotes or a percent sign. */
function numberHint(value: unknown, fits: (meant: number) => boolean): string | undefined {
  if (typeof value !== 'string' || value.length > 40) return undefined;
  const [, count = '', percent = ''] =
    /^[$€£]?(\d+(?:[.,]\d+)?(?:e[+-]?\d+)?)(%?)(?:usd|eur|dollars?)?$/i.exec(value.replaceAll(/[\s"']/g, '')) ?? [];
  if (count === '') return undefined;
  const number = Number(count.replace(',', '.')) / (percent === '' ? 1 : 100);
  return Number.isFinite(number) && fits(number) ? `did you mean ${Number(number.toPrecision(12))}?` : undefined;
}

/** What a percentage looks like. */
export const PERCENTAGE = /^\d{1,3}(\.\d{1,6})?%$/;

/** A percentage as text, such as `1%` or `0.5%`; a share from 0 to 1 afterwards. */
export function share(limits: { max: number }) {
  const most = `${limits.max * 100}%`;
  return z
    .unknown()
    .transform((value, context): number => {
      const percent = typeof value === 'string' && PERCENTAGE.test(value) ? Number(value.slice(0, -1)) : undefined;
      if (percent === undefined) return refuse(context, 'must be a percentage', shareHint(value));
      return percent / 100 > limits.max ? refuse(context, `must be at most ${most}`) : percent / 100;
    })
    .meta({ type: 'string', kind: 'percentage' });
}

function shareHint(value: unknown): string {
  const usual = 'write it like 1% or 0.5%';
  const [, count = ''] = /^%?(\d{1,3}(?:[.,]\d{1,6})?)(?:%|percent|pct)?$/i.exec(String(value).replaceAll(/\s/g, '')) ?? [];
  if (count === '') return usual;
  const named = /[%a-z]/i.test(String(value));
  const number = Number(count.replace(',', '.'));
  // A bare number below one is a share, and a larger one a percentage.
  const percent = !named && number > 0 && number < 1 ? Number((number * 100).toPrecision(6)) : number;
  return percent <= 100 ? `did you mean ${percent}%?` : usual;
}

/** true or false, also as text, because a value from the environment is text. */
export function flag() {
  return z
    .unknown()
    .transform((value, context): boolean => {
      if (value === true || value === 'true') return true;
      if (value === false || value === 'false') return false;
      const meant = /^(yes|on|1|y|true)$/i.test(String(value)) ? 'true' : /^(no|off|0|n|false)$/i.test(String(value)) ? 'false' : undefined;
      return refuse(context, 'must be true or false', meant && `did you mean ${meant}?`);
    })
    .meta({ type: 'boolean' });
}

/** Reports an issue from inside a transformation. Its value is never used: a schema with an issue has no output. */
export function refuse(context: z.RefinementCtx, message: string, suggestion?: string): never {
  context.addIssue({ code: 'custom', message, params: { suggestion } });
  return z.NEVER;
}
