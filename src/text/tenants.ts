import { ROUTES } from '../model/cache.ts';
import type { TenantStatus, TenantsStatus } from '../model/status.ts';
import { NOT_ASKED_WORDS, type Tone } from './words.ts';

/** What two tenants showed, as a cell of a table; its tone is what the configuration expects. */
export function tenantText({ result, routes, detail }: TenantStatus, expected: TenantsStatus['expected']): { tone: Tone; title: string } {
  const on = routes.map((route) => ROUTES[route].title).join(', ');
  if (result === 'unknown') return { tone: 'none', title: detail ?? 'not known' };
  if (result === 'shared') return { tone: expected === 'isolated' ? 'bad' : 'good', title: `got the answer from the cache (${on})` };
  return { tone: expected === 'shared' ? 'warn' : 'good', title: `got an answer of its own (${on})` };
}

/** Whether the tenants are as the configuration expects, in a sentence, and what is not tried. */
export function tenantsSentence({ expected, pairs, all, notAsked }: TenantsStatus): string {
  const count = (result: TenantStatus['result']) => pairs.filter((pair) => pair.result === result).length;
  const tried = pairs.length - count('unknown');
  const ask = notAsked === undefined ? '' : ` The pair whose turn it is was ${NOT_ASKED_WORDS[notAsked]}.`;
  if (pairs.length === 0)
    return `Of ${all} ordered pairs of tenants none has had its turn; one is tried in every tenth round, while a route works.${ask}`;
  const seen = `Of ${all} ordered pairs of tenants ${tried} ${tried === 1 ? 'was' : 'were'} tried, and ${count('shared')} of these ${count('shared') === 1 ? 'shares' : 'share'} answers.`;
  return `${seen}${expectation(expected, count('shared'), count('separate'))}${ask}`;
}

function expectation(expected: TenantsStatus['expected'], shared: number, separate: number): string {
  if (expected === 'isolated')
    return shared > 0 ? ' expect.sharing is isolated: they must not.' : separate > 0 ? ' That is what expect.sharing says.' : '';
  if (expected === 'shared')
    return separate > 0
      ? ' expect.sharing is shared: those that do not pay again for what others have asked.'
      : shared > 0
        ? ' That is what expect.sharing says.'
        : '';
  return '';
}
