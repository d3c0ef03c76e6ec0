import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GATEWAY_RELEASE } from '../../dev/gateway.ts';
import { PACKAGE_SET } from '../../dev/install.ts';
import { KNOWN_BAD, RELEASES } from '../../src/litellm/releases.ts';
import { anchors, internalLinks, page, section } from '../support/documentation.ts';
import { REAL_RELEASES } from '../support/litellm-resolve.ts';

const root = join(import.meta.dirname, '../..');
const releases = page('docs/releases.md');

/** The first cells of the table of releases. */
const rows = [...(releases.text.split('\n## ', 1)[0] ?? '').matchAll(/^\| (\d+\.\d+\.\d+) \|/gm)].map(([, release = '']) => release);

describe('the page about releases of LiteLLM', () => {
  it('has a row for each release that is run anywhere, and for no other', () => {
    const installed = PACKAGE_SET.flatMap((set) => /^(?:only-)?(\d+\.\d+\.\d+)$/.exec(set)?.[1] ?? []);
    expect([...rows].sort()).toEqual([...new Set<string>([...GATEWAY_RELEASE, ...REAL_RELEASES, ...installed])].sort());
  });

  it('says since when the breaker stays open, as the program and the doctor have it', () => {
    const since = RELEASES.breaker_stays_open;
    expect(section(releases.text, 'The breaker that does not close')).toContain(`From ${since.join('.')} on`);
    expect(KNOWN_BAD.filter((defect) => defect.fixed === undefined).map((defect) => defect.since)).toEqual([since]);
  });

  it('leads to pages and sections that exist', () => {
    const broken = internalLinks(releases.text).filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? releases.path : join(dirname(releases.path), file);
      return !existsSync(join(root, target)) || (anchor !== undefined && !anchors(page(target).text).includes(anchor));
    });
    expect(broken).toEqual([]);
  });
});
