import { closest } from '../source/problem.ts';

/** What people call commands and options that have another name here. */
const COMMAND: Readonly<Record<string, string>> = {
  check: 'config check',
  validate: 'config check',
  lint: 'config check',
  print: 'config print',
  show: 'config print',
  schema: 'config schema',
  run: 'serve',
  start: 'serve',
  daemon: 'serve',
  server: 'serve',
  exporter: 'serve',
  test: 'probe',
  once: 'probe',
  status: 'probe',
  diagnose: 'doctor',
  version: '--version',
  why: 'explain',
  compare: 'explain',
  diff: 'explain',
};

const SECRET = 'a secret is never a flag, because every process of the machine sees it';

const OPTION: Readonly<Record<string, string>> = {
  '-v': 'use --version or --log-level debug',
  '--verbose': 'use --log-level debug',
  '--debug': 'use --log-level debug',
  '--quiet': 'use --log-level error',
  '--port': 'use --listen :PORT',
  '-p': 'use --listen :PORT',
  '--web.listen-address': 'use --listen :PORT',
  '--bind': 'use --listen HOST:PORT',
  '--host': 'use --redis-url or --listen',
  '--password': `set LCE_REDIS_PASSWORD instead; ${SECRET}`,
  '--redis-password': `set LCE_REDIS_PASSWORD instead; ${SECRET}`,
  '--redis-username': 'set LCE_REDIS_USERNAME',
  '--redis-user': 'set LCE_REDIS_USERNAME',
  '--redis-password-file': 'set LCE_REDIS_PASSWORD_FILE',
  '--api-key': `use --litellm-api-key-file or set LCE_LITELLM_API_KEY instead; ${SECRET}`,
  '--litellm-api-key': `use --litellm-api-key-file or set LCE_LITELLM_API_KEY instead; ${SECRET}`,
  '--key': `use --litellm-api-key-file or set LCE_LITELLM_API_KEY instead; ${SECRET}`,
  '--model': 'use --probe-model',
  '--price': 'use --price-per-pair-usd',
  '--url': 'use --redis-url or --litellm-url',
  '--gateway-url': 'use --litellm-url',
  '--config.file': 'use --config',
  '--config-file': 'use --config',
  '--file': 'use --config',
  '-f': 'use --config',
  '--redis.addr': 'use --redis-url',
};

/** What to say of a command that does not exist: one of another name, a similar one, or a file. */
export function unknownCommand(name: string, known: readonly string[]): string {
  const meant = Object.hasOwn(COMMAND, name.toLowerCase()) ? COMMAND[name.toLowerCase()] : closest(name, known);
  if (/\.ya?ml$|\//.test(name)) return `there is no command ${name}; give a configuration file with --config FILE\n`;
  return `there is no command ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}; see litellm-cache-exporter --help\n`;
}

/** An error of the command line, as the parser words it, in our words and with what to do next. */
export function usageError(text: string): string {
  const line = text.replace(/^error: /, '').trim();
  const [, option] = /^unknown option '([^']*)'/.exec(line) ?? [];
  if (option !== undefined) {
    const similar = /\(Did you mean (.+)\?\)/.exec(line)?.[1];
    const [name = ''] = option.split('=');
    const hint = Object.hasOwn(OPTION, name) ? OPTION[name] : similar && `did you mean ${similar}?`;
    return `there is no option ${name}; ${hint ?? 'see --help of the command'}\n`;
  }
  const [, lacking] = /^option '(.*)' argument missing/.exec(line) ?? [];
  if (lacking !== undefined) return `the option ${lacking} needs a value\n`;
  const [, reason] = /^option '[^']*' argument .* is invalid\. (--.*)$/s.exec(line) ?? [];
  if (reason !== undefined) return `${reason}\n`;
  const [, command] = /^unknown command '([^']*)'/.exec(line) ?? [];
  if (command !== undefined) {
    const similar = /\(Did you mean (.+)\?\)/.exec(line)?.[1];
    return `there is no command ${command}${similar === undefined ? '' : `; did you mean ${similar}?`}\n`;
  }
  const [, many] = /^too many arguments for '([^']*)'/.exec(line) ?? [];
  if (many !== undefined) {
    const files =
      many === 'doctor' ? 'files with --litellm-config, --env-file, --compose or --kubernetes' : 'a configuration file with --config FILE';
    return `${many} takes options only; give ${files}\n`;
  }
  return `${line}\n`;
}
