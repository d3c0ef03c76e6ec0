/** What a curl command sends: the URL, if it has one, and its body. */
export interface CurlRequest {
  readonly url: string | undefined;
  readonly body: string;
}

/** Options that take a value beside those with data; every other one of one letter takes none. */
const WITH_VALUE =
  /^(?:-[AbcCDeEFhHKmoPQrtTuUwxXyYzZ]|--(?:header|request|url|user|user-agent|output|max-time|connect-timeout|retry|retry-delay|retry-max-time|proxy|cacert|cert|key|cookie|cookie-jar|referer|resolve|connect-to|write-out|unix-socket|limit-rate|interface|form|form-string|data-urlencode|url-query|oauth2-bearer|aws-sigv4|config|upload-file|tls-max|ciphers))$/;
const DATA = /^(?:-d|--data|--data-raw|--data-binary|--data-ascii|--json)$/;
const NOT_JSON = /^(?:-F|--form|--form-string|--data-urlencode|-T|--upload-file|-K|--config)$/;
const MAX_WORDS = 10_000;

/** The body of a curl command, read as a shell would, without running anything; or why it cannot be told. */
export function readCurl(command: string): CurlRequest | { readonly problem: string } {
  const split = splitWords(command.trim());
  if ('problem' in split) return split;
  const [program, ...words] = split.words[0] === '$' ? split.words.slice(1) : split.words;
  if (program === undefined || !/(?:^|\/)curl(?:\.exe)?$/.test(program)) return { problem: 'it does not begin with curl' };
  let url: string | undefined;
  const bodies: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const [name = '', attached] = word.startsWith('--') ? halves(word, '=') : shortOption(word);
    if (!word.startsWith('-') || word === '-') {
      url ??= word;
    } else if (NOT_JSON.test(name)) {
      return { problem: `its body is made with ${name}, which sends no JSON` };
    } else if (DATA.test(name)) {
      const value = attached ?? words[++index];
      if (value === undefined) return { problem: `${name} has no value` };
      if (value.startsWith('@') && name !== '--data-raw')
        return { problem: 'its body is in another file: give that file in place of the command, without --curl' };
      bodies.push(value);
    } else if (name === '--url') {
      url = attached ?? words[++index];
    } else if (attached === undefined && WITH_VALUE.test(name)) {
      index += 1;
    }
  }
  if (bodies.length === 0) return { problem: 'it sends no body (-d, --data or --json)' };
  return { url, body: bodies.join('&') };
}

/** The option of a word of one-letter options that takes a value, and what follows it in the same word. */
function shortOption(word: string): [string, string?] {
  for (let at = 1; at < word.length; at++) {
    const name = `-${word[at]}`;
    if (DATA.test(name) || WITH_VALUE.test(name)) return at + 1 < word.length ? [name, word.slice(at + 1)] : [name];
  }
  return [word];
}

function halves(word: string, at: string): [string, string?] {
  const place = word.indexOf(at);
  return place === -1 ? [word] : [word.slice(0, place), word.slice(place + 1)];
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\u0007',
  b: '\b',
  e: '\u001b',
  f: '\f',
  v: '\v',
};

/** The words of a command by the rules of a POSIX shell. What only a running shell could fill in is a problem, as is a second command. */
function splitWords(command: string): { words: string[] } | { problem: string } {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  const add = (text: string) => {
    word = (word ?? '') + text;
  };
  while (at < command.length) {
    const char = command[at] ?? '';
    if (char === "'") {
      const end = command.indexOf("'", at + 1);
      if (end === -1) return { problem: `a quote (') is not closed` };
      add(command.slice(at + 1, end));
      at = end + 1;
    } else if (char === '$' && command[at + 1] === "'") {
      const read = readEscaped(command, at + 2);
      if (read === undefined) return { problem: `a quote ($') is not closed` };
      add(read.text);
      at = read.end;
    } else if (char === '"') {
      const read = readDouble(command, at + 1);
      if ('problem' in read) return read;
      add(read.text);
      at = read.end;
    } else if (char === '\\') {
      const next = command[at + 1];
      const isBreak = next === '\n' || (next === '\r' && command[at + 2] === '\n');
      if (!isBreak) add(next ?? '');
      at += next === '\r' && isBreak ? 3 : 2;
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      if (words.length > MAX_WORDS) return { problem: `it has more than ${MAX_WORDS} words` };
      word = undefined;
      at += 1;
      if (char === '\n' && words.length > 0 && command.slice(at).trim() !== '')
        return { problem: 'it goes on after the end of a line without \\: give one command' };
    } else if (char === '#' && word === undefined) {
      const end = command.indexOf('\n', at);
      at = end === -1 ? command.length : end;
    } else if (/[;&|<>`()]/.test(char)) {
      return { problem: `it has ${char} outside of quotes: give one command without redirections` };
    } else if (char === '$' && /[\w{(]/.test(command[at + 1] ?? '')) {
      return { problem: 'it has a variable ($) that only a shell can fill in: write its value' };
    } else {
      const [plain = char] = /^[^\s'"\\$;&|<>`()#]+/.exec(command.slice(at, at + 65_536)) ?? [];
      add(plain);
      at += plain.length;
    }
  }
  if (word !== undefined) words.push(word);
  return { words };
}

function readDouble(command: string, from: number): { text: string; end: number } | { problem: string } {
  const parts: string[] = [];
  for (let at = from; at < command.length; ) {
    const char = command[at];
    if (char === '"') return { text: parts.join(''), end: at + 1 };
    if (char === '\\') {
      const next = command[at + 1] ?? '';
      if (next !== '\n') parts.push(/["\\$`]/.test(next) ? next : `\\${next}`);
      at += 2;
    } else if (char === '`' || (char === '$' && /[\w{(]/.test(command[at + 1] ?? ''))) {
      return { problem: 'it has a variable ($) or a command in double quotes that only a shell can fill in: write its value' };
    } else {
      const [plain = char ?? ''] = /^[^"\\$`]+/.exec(command.slice(at, at + 65_536)) ?? [];
      parts.push(plain);
      at += plain.length;
    }
  }
  return { problem: 'a quote (") is not closed' };
}

/** The character of a number in hexadecimal digits; undefined where there is none. */
function characterOf(digits: string): string | undefined {
  const point = Number.parseInt(digits, 16);
  return point > 0x10ffff ? undefined : String.fromCodePoint(point);
}

/** A text in `$'…'`: bytes by their numbers, characters by theirs. */
function readEscaped(command: string, from: number): { text: string; end: number } | undefined {
  const parts: Buffer[] = [];
  // Halves of a character above U+FFFF come as two escapes, as browsers write them.
  let pending = '';
  const add = (text: string) => {
    pending += text;
  };
  const addByte = (byte: number) => {
    parts.push(Buffer.from(pending), Buffer.from([byte]));
    pending = '';
  };
  for (let at = from; at < command.length; ) {
    const char = command[at] ?? '';
    if (char === "'") return { text: Buffer.concat([...parts, Buffer.from(pending)]).toString('utf8'), end: at + 1 };
    if (char !== '\\') {
      const [plain = char] = /^[^'\\]+/.exec(command.slice(at, at + 65_536)) ?? [];
      add(plain);
      at += plain.length;
      continue;
    }
    const found = /^\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8}))/.exec(command.slice(at, at + 10));
    const [code, byte, octal, unit, point] = found ?? [];
    if (code !== undefined) {
      if (byte !== undefined) addByte(Number.parseInt(byte, 16));
      else if (octal !== undefined) addByte(Number.parseInt(octal, 8) % 256);
      else add(characterOf(unit ?? point ?? '0') ?? code);
      at += code.length;
    } else {
      const next = command[at + 1] ?? '';
      add(ESCAPES[next] ?? `\\${next}`);
      at += 2;
    }
  }
  return undefined;
}
