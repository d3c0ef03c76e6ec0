import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMask } from '../../../src/masking/mask.ts';

const hex = (text: string) => Buffer.from(text).toString('hex');
const encoded = (text: string) => encodeURIComponent(text).replace(/[!'()*~]/g, (mark) => `%${hex(mark).toUpperCase()}`);
const small = (url: string) => url.replace(/%[\dA-F]{2}/g, (code) => code.toLowerCase());
const html = (text: string, single: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", single);

/** How programs write a text, by name. */
const FORMS: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  URL: encodeURIComponent,
  'URL, all marks': encoded,
  'URL in small letters': (secret) => small(encoded(secret)),
  'URL with + for blanks': (secret) => encoded(secret).replaceAll('%20', '+'),
  'URL in small letters with +': (secret) => small(encodeURIComponent(secret)).replaceAll('%20', '+'),
  'URL twice': (secret) => encodeURIComponent(encodeURIComponent(secret)),
  base64: (secret) => Buffer.from(secret).toString('base64'),
  'base64 behind a user': (secret) => Buffer.from(`user:${secret}`).toString('base64'),
  'base64 behind one byte': (secret) => Buffer.from(`x${secret}yz`).toString('base64'),
  'base64 behind two bytes': (secret) => Buffer.from(`xy${secret}z`).toString('base64'),
  'base64url behind a byte': (secret) => Buffer.from(`x${secret}`).toString('base64url'),
  'hexadecimal digits': hex,
  'HEXADECIMAL DIGITS': (secret) => hex(secret).toUpperCase(),
  JSON: (secret) => JSON.stringify(secret),
  'JSON in JSON': (secret) => JSON.stringify(JSON.stringify({ secret })),
  HTML: (secret) => html(secret, '&#39;'),
  'HTML with &#x27;': (secret) => html(secret, '&#x27;'),
};

/** What must not be left: the secret, and what gives it back without a key. */
function leaks(text: string, secret: string): string[] {
  const own = [
    secret,
    encodeURIComponent(secret),
    encoded(secret),
    hex(secret),
    JSON.stringify(secret).slice(1, -1),
    html(secret, '&#39;'),
  ];
  const decoded = text.split(/[^A-Za-z\d+/=_-]+/).map((word) => Buffer.from(word, 'base64').toString('latin1'));
  return own.filter(
    (form) =>
      text.toLowerCase().includes(form.toLowerCase()) || decoded.some((word) => word.includes(Buffer.from(form).toString('latin1'))),
  );
}

/** Passwords of printable ASCII, with all marks that any form escapes. */
const SECRET = fc
  .string({ unit: fc.constantFrom(...'ABCdefXYZ0123456789 !"#$%&\'()*+,-./:;<=>?@[]^_`{|}~'), minLength: 8, maxLength: 40 })
  .map((text) => `Q7${text}z9`);

describe('a secret that is known by its value', () => {
  it.each(Object.keys(FORMS))('is hidden in the form %s', (name) => {
    fc.assert(
      fc.property(SECRET, fc.constantFrom('', 'a ', 'x=', '<b>', '{"a":"'), (secret, before) => {
        const written = FORMS[name]?.(secret) ?? '';
        const mask = createMask([secret], { controls: 'kept' });
        for (const text of [mask.text(`${before}${written} behind`), mask.page(`${before}${written} behind`)])
          expect(leaks(text, secret)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('is looked for in time that grows with the text alone', () => {
    const many = Array.from({ length: 500 }, (_, index) => `Secret-${index}-of-many`);
    const text = `${'x'.repeat(1_000_000)}Secret-499-of-many`;
    expect(createMask(many).page(text)).toBe(`${'x'.repeat(1_000_000)}<secret>`);
  });
});

describe('a secret that its form gives away', () => {
  const tail = 'aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY';
  it.each([
    ...[
      'sk-',
      'sk-ant-api03-',
      'sk-proj-',
      'sk-or-v1-',
      'sk-lf-',
      'rk-',
      'pk-lf-',
      'ghp_',
      'gho_',
      'ghs_',
      'github_pat_',
      'glpat-',
      'gldt-',
    ],
    ...[
      'hf_',
      'gsk_',
      'xai-',
      'r8_',
      'nvapi-',
      'pplx-',
      'tvly-',
      'fw_',
      'csk-',
      'sk_live_',
      'rk_test_',
      'whsec_',
      'npm_',
      'pypi-',
      'dop_v1_',
    ],
    ...['hvs.', 'SG.', 'ya29.', 'dp.pt.', 'glsa_', 'lsv2_pt_', 'xoxb-', 'xapp-', 'eyJhbGciOiJIUzI1NiJ9.', 'Bearer ', 'Basic ', 'bearer%20'],
  ])('begins with %s', (prefix) => {
    expect(createMask([]).text(`the upstream refused ${prefix}${tail}, again`)).not.toContain(tail);
  });

  it.each([
    `AKIA${'Z2X4C6V8B0N1M3L5'}`,
    `AIzaSy${tail}a`,
    `dapi${'0123456789abcdef'.repeat(2)}`,
    `-----BEGIN RSA PRIVATE KEY-----\n${tail}\n-----END RSA PRIVATE KEY-----`,
  ])('%s', (secret) => {
    expect(createMask([]).text(`a ${secret} b`)).not.toContain(secret.includes('\n') ? tail : secret.slice(6, 24));
  });

  it.each([
    'risk-free caching',
    'task-based',
    'disk-cache-removed',
    'basic authentication',
    'the bearer token',
    'a hf_ prefix',
    'https://h/a?db=1',
  ])('is none in: %s', (text) => {
    expect(createMask([]).text(text)).toBe(text);
  });
});
