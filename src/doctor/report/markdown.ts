import { RULE_GROUPS, RULES } from '../rules/index.ts';

const BEGIN = '<!-- rules: written by npm run gen -->';
const END = '<!-- end of the rules -->';

/** The page of the doctor with its list of rules renewed; what is around the list is written by hand. */
export function doctorMarkdown(page: string): string {
  const before = page.slice(0, page.indexOf(BEGIN));
  const after = page.slice(page.indexOf(END));
  const groups = RULE_GROUPS.map(({ title, rules }) =>
    [
      `### ${title}`,
      '',
      '| rule | severity | reports that |',
      '|---|---|---|',
      ...rules.map((rule) => `| [${rule.id}](${rule.id}.md) | ${rule.severity} | ${rule.title} |`),
    ].join('\n'),
  );
  return `${before}${BEGIN}\n${RULES.length} rules.\n\n${groups.join('\n\n')}\n${after}`;
}
