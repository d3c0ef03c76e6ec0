/** Words that name a secret wherever they stand in a name: `redis_password`, `PasswordFor`, `client_secret_id`. */
const ANYWHERE = /passw|passwd|passphrase|passcode|secret|credential|apikey|privatekey|accesskey|masterkey|saltkey|signingkey/;

/** Words that name a secret at the end of a name: `auth` in `REDISCLI_AUTH`, but not in `auth_cache_ttl`. */
const LAST: ReadonlySet<string> = new Set([
  ...['password', 'pass', 'pwd', 'pw', 'passw', 'passwort', 'pin', 'secret', 'secrets', 'token', 'bearer', 'jwt', 'auth', 'authorization'],
  ...['key', 'apikey', 'dsn', 'cookie', 'cookies', 'salt', 'credential', 'credentials', 'cred', 'creds', 'license', 'webhook', 'signature'],
  ...['requirepass', 'masterauth', 'primaryauth'],
]);

/** Ends of names whose value says something about a secret, and is none. */
const ABOUT: ReadonlySet<string> = new Set([
  ...[
    'file',
    'path',
    'dir',
    'directory',
    'env',
    'name',
    'ref',
    'reference',
    'type',
    'length',
    'policy',
    'ttl',
    'count',
    'cost',
    'limit',
    'size',
  ],
  ...[
    'enabled',
    'required',
    'disabled',
    'expiry',
    'expires',
    'age',
    'method',
    'header',
    'place',
    'provider',
    'id',
    'region',
    'hint',
    'space',
  ],
  ...['version', 'seconds', 'interval', 'timeout', 'prefix', 'suffix', 'field', 'format', 'alias', 'tokens'],
]);

/** What people misspell. */
const MEANT = ['password', 'passwd', 'secret', 'token', 'credential', 'requirepass'] as const;

/** Names longer than this are cut: none that people write is. */
const MAX_NAME_CHARACTERS = 200;

/** Variables in which every shell has a folder. */
const FOLDERS: ReadonlySet<string> = new Set(['PWD', 'OLDPWD']);

/**
 * Whether the name of a key, a variable or an option says that its value is a secret. The name may be misspelt (`pasword`),
 * written as `redisPassword`, or be one of the short forms (`pwd`, `auth`). Names of files with a secret, and of what limits
 * one, are none; nor is the folder that a shell keeps in `PWD`, where the value is known.
 */
export function namesSecret(name: string, value?: string): boolean {
  if (FOLDERS.has(name) && value?.startsWith('/')) return false;
  const words = wordsOf(name.slice(-MAX_NAME_CHARACTERS));
  const last = words.at(-1) ?? '';
  const joined = words.join('');
  if (ABOUT.has(last) && words.length > 1) return last === 'id' && words.includes('secret') && words.includes('role');
  return LAST.has(last) || ANYWHERE.test(joined) || words.some(isNearly) || (words.length < 4 && isNearly(joined));
}

/** `redisPassword`, `REDIS_PASSWORD`, `redis-password` and `redis.password` are the same two words. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter((word) => word !== '');
}

/** Words that are near to one that names a secret and mean something else. */
const OTHER: ReadonlySet<string> = new Set([
  'passport',
  'broken',
  'taken',
  'tokens',
  'tokenizer',
  'token',
  'secretary',
  'passwordless',
  'spoken',
  'crossword',
  'woken',
  'oken',
]);

function isNearly(word: string): boolean {
  if (OTHER.has(word) || word.length < 4) return false;
  return MEANT.some((meant) => mayBe(meant, word) && steps(meant, word) <= allowed(meant));
}

/** Whether lengths and letters leave it open that a word is a misspelt one: most words are told apart without comparing them. */
function mayBe(meant: string, word: string): boolean {
  if (Math.abs(meant.length - word.length) > allowed(meant)) return false;
  let missing = 0;
  for (const letter of meant) if (!word.includes(letter)) missing++;
  return missing <= allowed(meant);
}

/** Of a word of 5 or 6 letters one may differ, of a longer one two. */
function allowed({ length }: string): number {
  return length < 7 ? 1 : 2;
}

/** The least number of letters to add, leave out, change or swap with the next (Damerau and Levenshtein, restricted). */
function steps(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same, swapped));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
