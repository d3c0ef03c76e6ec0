/**
 * Where something was read: a file with line and column, both from 1; or, without them, something that has
 * none, such as the environment of this process (`source: 'environment'`) or a default of LiteLLM.
 */
export interface Place {
  source: string;
  line?: number | undefined;
  column?: number | undefined;
}

/** `config.yaml:7:11`, or the name of the source alone. */
export function placeText({ source, line, column }: Place): string {
  if (line === undefined) return source;
  return column === undefined ? `${source}:${line}` : `${source}:${line}:${column}`;
}
