/** Levels of nesting that are parsed; what LiteLLM and Kubernetes answer has about ten. */
const MAX_DEPTH = 64;

const [QUOTE, BACKSLASH, BRACKET, BRACE] = [0x22, 0x5c, 0x5b, 0x7b];

/**
 * The value of a JSON text; undefined when it is none, or nests deeper than any answer: two million open brackets take seconds. Or
 * when it has more than `most` lists and objects, each of which takes many times the memory of its text.
 */
export function parseJson(text: string, most = Number.POSITIVE_INFINITY): unknown {
  if (isTooMuch(text, most)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether brackets outside of strings nest too deeply, or are too many; one pass over the text. */
function isTooMuch(text: string, most: number): boolean {
  let depth = 0;
  let opened = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (quoted) {
      if (code === BACKSLASH) index += 1;
      else if (code === QUOTE) quoted = false;
    } else if (code === QUOTE) quoted = true;
    else if (code === BRACKET || code === BRACE) {
      depth += 1;
      opened += 1;
      if (depth > MAX_DEPTH || opened > most) return true;
    } else if (code === BRACKET + 2 || code === BRACE + 2) depth -= 1;
  }
  return false;
}

/** The value at a path of keys and indexes; undefined where a step is missing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Record<string | number, unknown>)[step];
  }
  return here;
}

/** The value if it is a text, otherwise undefined. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The value if it is a finite number that is not negative, otherwise undefined. */
export function amount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
