/** Splits the string form of a compose `command` into words, as a POSIX shell does without expanding anything. */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  const pattern = /(?:\\[\s\S]|'[^']*'?|"(?:\\[\s\S]|[^"\\])*"?|[^\s'"\\])+/g;
  for (const [word] of text.matchAll(pattern))
    words.push(
      word.replace(
        /'([^']*)'?|"((?:\\[\s\S]|[^"\\])*)"?|\\([\s\S])/g,
        (_, single, double, escaped) => single ?? escaped ?? unescaped(double),
      ),
    );
  return words;
}

function unescaped(text: string | undefined): string {
  return (text ?? '').replace(/\\([$`"\\])/g, '$1');
}
