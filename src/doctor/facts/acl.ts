/** A user of Redis as an ACL describes it. */
export interface Account {
  name: string;
  on: boolean;
  /** Whether any password is right (`nopass`). */
  open: boolean;
  /** Passwords as text, and as SHA-256 in hexadecimal digits. For comparisons in memory only. */
  passwords: readonly string[];
  hashes: readonly string[];
  /** Whether a part of it is a variable, so that it is not known who gets in. */
  hidden: boolean;
}

/** Reads `NAME on >password ~* +@all`: what follows `user` on a command line, in redis.conf or in an ACL file (redis.io/docs, ACL). */
export function accountOf(text: string): Account {
  const [name = '', ...rules] = text.replaceAll(/["']/g, '').trim().split(/\s+/);
  let on = false;
  let open = false;
  let passwords: string[] = [];
  let hashes: string[] = [];
  for (const rule of rules) {
    if (rule === 'on' || rule === 'off') on = rule === 'on';
    else if (rule === 'nopass') {
      open = true;
      passwords = [];
      hashes = [];
    } else if (rule === 'resetpass' || rule === 'reset') {
      open = false;
      passwords = [];
      hashes = [];
      if (rule === 'reset') on = false;
    } else if (rule.startsWith('>')) {
      passwords = [...passwords, rule.slice(1)];
      open = false;
    } else if (rule.startsWith('#')) {
      hashes = [...hashes, rule.slice(1).toLowerCase()];
      open = false;
    } else if (rule.startsWith('<')) passwords = passwords.filter((password) => password !== rule.slice(1));
  }
  return { name, on, open, passwords, hashes, hidden: rules.some((rule) => /^[>#].*\$/.test(rule)) };
}
