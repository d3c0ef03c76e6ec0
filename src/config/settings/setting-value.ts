import { foreignReference, maybeForeign } from '../../source/foreign.ts';

/** What is wrong with, or strange about, a value that a flag or a variable gives. */
export interface ValueFault {
  message: string;
  suggestion: string;
}

const QUOTED = /^(["'`])[\s\S]*\1$/;

/**
 * Why a value that a flag or a variable gives can be meant by nobody; undefined for one that can. `secret`
 * may be any text but a reference that nobody resolved. The value is not repeated.
 */
export function valueFault(value: string, secret: boolean): ValueFault | undefined {
  if (value.trim() === '') return { message: 'is blank', suggestion: 'set it to a value, or leave it away' };
  const foreign = foreignReference(value, 'variable');
  if (foreign !== undefined) {
    return secret ? foreign : { message: foreign.message, suggestion: 'set it to the value itself' };
  }
  if (secret) return undefined;
  if (/^\$[A-Za-z_]\w*$/.test(value.trim()))
    return { message: 'is a reference of a shell, which is not resolved here', suggestion: 'set it to the value itself' };
  if (value.length > 1 && QUOTED.test(value.trim()))
    return { message: 'has quotes that are part of its value', suggestion: 'take them away: an env file of Docker keeps them' };
  return undefined;
}

/** What is strange about a secret that can still be meant: a sentence without the secret. */
export function secretNote(origin: string, value: string): string | undefined {
  if (value.length > 1 && QUOTED.test(value)) return `${origin} begins and ends with a quote, which is sent as part of it`;
  if (maybeForeign(value)) return `${origin} looks like the name of a variable, and is sent as it is`;
  if (value !== value.trim()) return `${origin} begins or ends with white space, which is sent as part of it`;
  return undefined;
}

/** Words of other programs for parts of our variables. */
const WORD: Readonly<Record<string, string>> = {
  HOST: 'URL',
  PORT: 'URL',
  ADDRESS: 'URL',
  ENDPOINT: 'URL',
  USER: 'USERNAME',
  PASS: 'PASSWORD',
  PWD: 'PASSWORD',
  TOKEN: 'KEY',
  MASTER: 'API',
  PROXY: 'LITELLM',
  GATEWAY: 'LITELLM',
};

/** The variables, at most two, that hold every word of an unknown one. */
export function similarVariables(name: string, known: readonly string[]): string[] {
  const words = name
    .toUpperCase()
    .split('_')
    .slice(1, 12)
    .map((word) => WORD[word] ?? word);
  const fits = known.filter((candidate) => words.every((word) => candidate.split('_').includes(word)));
  const [shortest = ''] = fits
    .map((candidate) => candidate.split('_').length)
    .sort((a, b) => a - b)
    .map(String);
  return fits.filter((candidate) => String(candidate.split('_').length) === shortest).slice(0, 2);
}
