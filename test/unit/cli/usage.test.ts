import { describe, expect, it } from 'vitest';
import { ranCommand } from '../../support/run-command.ts';

const run = (args: string) => ranCommand(...args.split(' '));

describe('a command line that cannot be meant', () => {
  it.each([
    ['prob', 'there is no command prob; did you mean probe?'],
    ['PROBE', 'there is no command PROBE; did you mean probe?'],
    ['check', 'there is no command check; did you mean config check?'],
    ['validate', 'there is no command validate; did you mean config check?'],
    ['run', 'there is no command run; did you mean serve?'],
    ['test', 'there is no command test; did you mean probe?'],
    ['version', 'there is no command version; did you mean --version?'],
    ['constructor', 'there is no command constructor; see litellm-cache-exporter --help'],
    ['config.yaml', 'there is no command config.yaml; give a configuration file with --config FILE'],
    ['./config', 'there is no command ./config; give a configuration file with --config FILE'],
    ['config chek', 'there is no command chek; did you mean check?'],
    ['config check x.yaml', 'check takes options only; give a configuration file with --config FILE'],
    ['doctor x.yaml', 'doctor takes options only; give files with --litellm-config, --env-file, --compose or --kubernetes'],
    ['serve --confg x', 'there is no option --confg; did you mean --config?'],
    ['--redisurl x', 'there is no option --redisurl; did you mean --redis-url?'],
    ['--port 9464', 'there is no option --port; use --listen :PORT'],
    ['--config.file=x', 'there is no option --config.file; use --config'],
    ['-v', 'there is no option -v; use --version or --log-level debug'],
    ['-x', 'there is no option -x; see --help of the command'],
    ['probe --password hunter2', 'there is no option --password; set LCE_REDIS_PASSWORD instead; a secret is never a flag'],
    ['--litellm-api-key=hunter2', 'there is no option --litellm-api-key; use --litellm-api-key-file or set LCE_LITELLM_API_KEY'],
    ['--redis-url', 'the option --redis-url <url> needs a value'],
    ['metrics --format yaml', "option '--format <format>' argument 'yaml' is invalid. Allowed choices are markdown, json."],
  ])('%s', async (args, expected) => {
    const { code, err } = await run(args);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(expected) });
    expect(err).not.toContain('hunter2');
    expect(err).not.toMatch(/^error:|Usage:/);
  });
});
