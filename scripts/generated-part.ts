/**
 * A page that is written by hand but for one part, with that part renewed. The part is between the comments
 * `<!-- NAME: written by npm run gen -->` and `<!-- end of the NAME -->`. Throws when the page lacks one of them.
 */
export function withPart(page: string, name: string, text: string): string {
  const begin = `<!-- ${name}: written by npm run gen -->`;
  const end = `<!-- end of the ${name} -->`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the page has no part "${name}": put ${begin} and ${end} around the place for it`);
  return `${page.slice(0, from)}${begin}\n${text}\n${page.slice(to)}`;
}
