const PLAIN = /^[\w.:/@+-]+$/;

/**
 * A line of the log for people, of its JSON form: time, level, sentence, then `name=value`. Values with
 * anything but letters, digits and a few marks are quoted, and control characters in them escaped, so that
 * no value can forge a line or reach the terminal.
 */
export function textLine(json: string): string {
  const { time, level, msg, ...details }: Record<string, unknown> = JSON.parse(json);
  const fields = Object.entries(details).map(([name, value]) => ` ${name}=${valueText(value)}`);
  return `${time} ${String(level).toUpperCase().padEnd(5)} ${msg}${fields.length > 0 ? ` ${fields.join('')}` : ''}\n`;
}

function valueText(value: unknown): string {
  return typeof value === 'string' && PLAIN.test(value) ? value : JSON.stringify(value);
}
