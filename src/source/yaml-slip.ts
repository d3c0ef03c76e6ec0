/** A slip of the pen in a YAML file. Its message never repeats the text, which may be a password. */
export interface Slip {
  line: number;
  column: number;
  message: string;
}

/** What is open at a line: a key or a dash, and where. */
interface Block {
  indent: number;
  kind: 'key' | 'dash';
  line: number;
  /** Whether nothing is behind it, so that what belongs to it follows indented. */
  open: boolean;
}

/** A longer line is not looked at. */
const MAX_LINE_CHARACTERS = 2_000;

/**
 * The first line of a broken YAML text with a slip that the parser notices only further down: a quote or a
 * bracket that is not closed, a dash or colon without a space, a typographic dash, an indentation that fits
 * no line above. Looks no further than the line with content after `line`, where the parser gave up.
 */
export function firstSlip(text: string, line: number): Slip | undefined {
  const lines = text.split('\n').slice(0, line + 20);
  const after = lines.findIndex((each, index) => index >= line && hasContent(each));
  const until = after < 0 ? line : after + 1;
  const blocks: Block[] = [];
  /** Lines indented deeper than this belong to a text that begins with | or >. */
  let literal = Number.POSITIVE_INFINITY;
  let bracket: Opening | undefined;
  for (const [index, whole] of lines.slice(0, until).entries()) {
    const each = whole.replace(/\r$/, '').slice(0, MAX_LINE_CHARACTERS);
    const indent = each.search(/[^ ]|$/);
    if (!hasContent(each) || indent > literal) continue;
    literal = Number.POSITIVE_INFINITY;
    const place = index + 1;
    if (/^(---|\.\.\.)(\s|$)/.test(each)) blocks.length = 0;
    if (bracket !== undefined) {
      if (indent <= bracket.indent && /^ *(- +)?[\w-]+:(\s|$)/.test(each)) return unclosed(bracket);
      const end = afterBrackets(each, 0, bracket.stack);
      if (end.quote !== undefined) return unclosedQuote(place, end.quote);
      if (end.stack.length > 0) bracket = { ...bracket, stack: end.stack };
      else bracket = undefined;
      continue;
    }
    const mark = wrongMark(each, place, place >= line - 1);
    if (mark !== undefined) return mark;
    const { marks, value } = marksOf(each, indent, place);
    const [first] = marks;
    if (first !== undefined) {
      const fault = misplaced(blocks, first);
      if (fault !== undefined) return fault;
      blocks.push(...marks);
    }
    const rest = each.slice(value);
    if (/^[|>][-+\d]*\s*(#.*)?$/.test(rest)) literal = marks.at(-1)?.indent ?? indent;
    if (/^["']/.test(rest)) {
      const end = closingQuote(each, value);
      if (end < 0) return unclosedQuote(place, value);
      if (!/^\s*($|\s#|:)/.test(each.slice(end + 1)))
        return { line: place, column: end + 2, message: 'has text behind a closing quote; put the whole text in quotes' };
    }
    if (/^[[{]/.test(rest)) {
      const end = afterBrackets(each, value, []);
      if (end.quote !== undefined) return unclosedQuote(place, end.quote);
      if (end.stack.length > 0) bracket = { line: place, column: value + 1, character: rest.charAt(0), indent, stack: end.stack };
    }
  }
  return bracket && unclosed(bracket);
}

interface Opening {
  line: number;
  column: number;
  character: string;
  /** Of the line in which it is. */
  indent: number;
  /** The brackets that are open in it. */
  stack: readonly string[];
}

function unclosed({ line, column, character }: Opening): Slip {
  return { line, column, message: `opens a ${character} that is not closed` };
}

function unclosedQuote(line: number, offset: number): Slip {
  return { line, column: offset + 1, message: 'opens a quote that is not closed on this line' };
}

function hasContent(line: string): boolean {
  return /^\s*[^\s#]/.test(line);
}

/** A mark at the beginning of a line that looks like the right one; a colon without a space counts only `near` the place where the parser gave up. */
function wrongMark(line: string, place: number, near: boolean): Slip | undefined {
  const space = /^ *([^\S \t\r])/.exec(line);
  if (space !== null)
    return { line: place, column: space[0].length, message: 'is indented with a space of another kind (no-break space); use plain spaces' };
  const dash = /^ *([–—−‐‑•·‣◦*+]) +["'\w-]+ *:/.exec(line);
  if (dash !== null) {
    const column = line.search(/[^ ]/) + 1;
    return { line: place, column, message: `begins with ${dash[1]}; an entry of a list begins with a hyphen and a space` };
  }
  const tight = /^ *-[A-Za-z_][\w-]*:(\s|$)/.exec(line);
  if (tight !== null) return { line: place, column: line.indexOf('-') + 1, message: 'has no space behind the dash; write one' };
  const colon = near ? /^ *(?:- +)*[a-z_]+:(?=[^\s/\d])[^\s:]*$/.exec(line.trimEnd()) : null;
  if (colon !== null) return { line: place, column: line.indexOf(':') + 1, message: 'has no space behind the colon; write one' };
  return undefined;
}

/** The dashes and the key with which a line begins, and where what is behind them begins. */
function marksOf(line: string, indent: number, place: number): { marks: Block[]; value: number } {
  const marks: Block[] = [];
  let value = indent;
  for (;;) {
    const dash = /^-( +|$)/.exec(line.slice(value));
    if (dash === null) break;
    marks.push({ indent: value, kind: 'dash', line: place, open: !hasContent(line.slice(value + 1)) });
    value += dash[0].length;
  }
  const key = /^(?:"[^"]*"|'[^']*'|[^\s#"'[{:&*!|>%@`-][^:#]*):(?: +|$)/.exec(line.slice(value));
  if (key === null) return { marks, value };
  const open = !hasContent(line.slice(value + key[0].length)) || /^[&!][^\s]*\s*$/.test(line.slice(value + key[0].length));
  marks.push({ indent: value, kind: 'key', line: place, open });
  return { marks, value: value + key[0].length };
}

/** Whether a line fits none of the open blocks; those that it ends are taken from the list. */
function misplaced(blocks: Block[], next: Block): Slip | undefined {
  let inner: Block | undefined;
  while ((blocks.at(-1)?.indent ?? -1) > next.indent) inner = blocks.pop();
  const outer = blocks.at(-1);
  const at = { line: next.line, column: next.indent + 1 };
  const spaces = `is indented by ${next.indent} space${next.indent === 1 ? '' : 's'}`;
  if (outer === undefined)
    return inner && { ...at, message: `${spaces} and line ${inner.line} above it by ${inner.indent}; indent both alike` };
  if (outer.indent < next.indent) {
    if (inner?.line === outer.line)
      return { ...at, message: `${spaces} and the key in line ${inner.line} above it by ${inner.indent}; indent both alike` };
    if (inner !== undefined) {
      const message = `${spaces}, which is neither the ${outer.indent} of line ${outer.line} nor the ${inner.indent} of line ${inner.line}; indent it like one of them`;
      return { ...at, message };
    }
    if (outer.open) return undefined;
    return { ...at, message: `${spaces} and the ${outer.kind} in line ${outer.line} above it by ${outer.indent}; indent both alike` };
  }
  if (outer.kind === next.kind) blocks.pop();
  else if (next.kind === 'dash') {
    if (inner !== undefined || !outer.open) return dashAmongKeys(blocks, next, at);
  } else {
    const key = blocks.at(-2);
    if (key?.indent !== next.indent)
      return { ...at, message: `is a key beside the dash of line ${outer.line}; indent it deeper than the dash` };
    blocks.splice(-2);
  }
  return undefined;
}

function dashAmongKeys(blocks: readonly Block[], next: Block, at: { line: number; column: number }): Slip {
  const dash = blocks.findLast(({ kind }) => kind === 'dash');
  const like = dash === undefined ? 'take the dash away' : `indent it by ${dash.indent} like the dash in line ${dash.line}`;
  return { ...at, message: `begins an entry of a list by ${next.indent} spaces, where keys are; ${like}` };
}

/** Where the quote at `from` is closed; -1 when the line does not do it. */
function closingQuote(line: string, from: number): number {
  const quote = line.charAt(from);
  for (let index = from + 1; index < line.length; index++) {
    if (quote === '"' && line[index] === '\\') index++;
    else if (line[index] === quote) {
      if (quote === '"' || line[index + 1] !== "'") return index;
      index++;
    }
  }
  return -1;
}

/** The brackets that are open behind a line, or where a quote in it is not closed. */
function afterBrackets(line: string, from: number, open: readonly string[]): { stack: string[]; quote?: number } {
  const stack = [...open];
  /** A quote or a comment can begin only where a value can. */
  let fresh = true;
  for (let index = from; index < line.length; index++) {
    const character = line.charAt(index);
    if (fresh && (character === '"' || character === "'")) {
      const end = closingQuote(line, index);
      if (end < 0) return { stack, quote: index };
      index = end;
      fresh = false;
    } else if (character === '[' || character === '{') {
      stack.push(character);
      fresh = true;
    } else if (character === ']' || character === '}') {
      stack.pop();
      fresh = false;
      if (stack.length === 0) return { stack };
    } else if (character === '#' && /\s/.test(line.charAt(index - 1))) return { stack };
    else if (/[\s,:]/.test(character)) fresh = true;
    else fresh = false;
  }
  return { stack };
}
