/** The ways from the root to every line of an indented tree. */
export function documentedWays(tree: string): string[] {
  const way: string[] = [];
  return tree
    .trimEnd()
    .split('\n')
    .map((line) => {
      way.length = (/^ */.exec(line)?.[0].length ?? 0) / 2;
      way.push(line.trim());
      return way.join(' > ');
    });
}
