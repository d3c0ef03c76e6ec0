const PLAIN = /^[\w.:/@+-]+$/;
/** What JSON leaves as it is and a terminal obeys: the second set of control characters, marks that turn the direction of writing. */
const OBEYED = /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

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
  if (typeof value === 'string' && PLAIN.test(value)) return value;
  return JSON.stringify(value).replace(OBEYED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
