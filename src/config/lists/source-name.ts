/** The name of a source: its own, or its kind and its place in the list. */
export function sourceName({ name, http_sd }: { name?: unknown; http_sd?: unknown }, index: number): string {
  return typeof name === 'string' ? name : `${http_sd === undefined ? 'file_sd' : 'http_sd'}-${index}`;
}
