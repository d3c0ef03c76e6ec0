/** Every colour of the page, for a light and for a dark scheme. All but `line` are colours of text, or of what is behind it (`back`, `card`). */
export const COLOURS = {
  light: {
    text: '#1c1f23',
    quiet: '#5b636d',
    back: '#f6f7f8',
    card: '#ffffff',
    line: '#d9dde2',
    link: '#0b57c2',
    good: '#17713a',
    warn: '#8a5a00',
    bad: '#b3201c',
    none: '#5b636d',
  },
  dark: {
    text: '#e4e7ea',
    quiet: '#9aa3ad',
    back: '#14171a',
    card: '#1d2125',
    line: '#343a41',
    link: '#82b4ff',
    good: '#5cc98a',
    warn: '#e5b04a',
    bad: '#ff857c',
    none: '#9aa3ad',
  },
} as const;

function variables(scheme: keyof typeof COLOURS): string {
  return Object.entries(COLOURS[scheme])
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(' ');
}

/** The style of the status page. The page names its hash in the Content-Security-Policy, so it must go out unchanged. */
export const STYLE = `
:root { color-scheme: light dark; ${variables('light')} }
@media (prefers-color-scheme: dark) { :root { ${variables('dark')} } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); }
h1 { font-size: 1.4rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; }
h3 { font-size: 1.1rem; margin: 0 0 .25rem; }
h3 b { border: 1px solid currentColor; border-radius: 1rem; padding: .05rem .6rem; font-size: .9rem; white-space: nowrap; }
small, dt { color: var(--quiet); font-weight: normal; font-size: .875rem; }
h3 small { white-space: nowrap; }
p { margin: .25rem 0; }
header { margin-bottom: 1rem; }
h3 a { color: inherit; text-decoration-thickness: 1px; text-underline-offset: .15em; }
.headline { font-size: 1.15rem; font-weight: 600; border-left: .35rem solid currentColor; padding-left: .6rem; }
.headline.good { color: var(--good); } .headline.warn { color: var(--warn); } .headline.bad { color: var(--bad); } .headline.none { color: var(--none); }
.skip { position: absolute; left: -100vw; } .skip:focus { position: static; }
form { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin: .5rem 0; }
input, select, button { font: inherit; color: var(--text); background: var(--card); border: 1px solid var(--quiet); border-radius: .3rem; padding: .2rem .5rem; max-width: 100%; }
.next { font-weight: 600; }
section { background: var(--card); border: 1px solid var(--line); border-left: .35rem solid var(--none); border-radius: .4rem; padding: .75rem 1rem; margin: 0 0 .75rem; }
section.good { border-left-color: var(--good); } section.warn { border-left-color: var(--warn); } section.bad { border-left-color: var(--bad); }
.good > h3 b, td.good { color: var(--good); } .warn > h3 b, td.warn { color: var(--warn); } .bad > h3 b, td.bad { color: var(--bad); } .none > h3 b, td.none { color: var(--none); }
.evidence { border-left: .2rem solid var(--line); padding-left: .6rem; }
.quiet, nav { color: var(--quiet); font-size: .875rem; }
nav a { margin-right: 1rem; white-space: nowrap; }
ul { margin: .25rem 0; padding-left: 1.25rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; vertical-align: top; overflow-wrap: break-word; }
th { color: var(--quiet); font-weight: normal; border-bottom: 1px solid var(--line); }
.note td { padding-top: 0; color: var(--quiet); }
@media (min-width: 56rem) { td[data-label=since], td[data-label=tried] { white-space: nowrap; } }
@media (max-width: 40rem) {
  thead, .empty, .note td:first-child { display: none; }
  table, tbody, tr, td { display: block; }
  tr { border-top: 1px solid var(--line); padding: .35rem 0; }
  tr.note { border: 0; padding-top: 0; }
  td { padding: 0; }
  td[data-label]::before { content: attr(data-label); display: inline-block; width: 8rem; color: var(--quiet); font-weight: normal; }
}
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(12rem, 45%), 1fr)); gap: .4rem 1rem; margin: .6rem 0; }
dl div { min-width: 0; } dd { margin: 0; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: .5rem 1.5rem; margin: .75rem 0; }
figure { margin: 0; max-width: 34rem; }
figure svg { display: block; width: 100%; height: auto; }
figure text { font: 11px system-ui, sans-serif; fill: var(--quiet); }
figure path { fill: none; stroke: currentColor; stroke-width: 1.3; }
path.good { color: var(--good); } path.warn { color: var(--warn); } path.bad { color: var(--bad); } path.none { color: var(--none); }
figure .grid, figure .way { stroke: var(--line); stroke-width: 1; }
figure .hit { stroke-width: 4; stroke-linecap: round; }
figure .failed { fill: currentColor; }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 0 1rem; color: var(--quiet); font-size: .875rem; }
.legend svg { display: inline-block; width: 1em; height: 1em; vertical-align: -.1em; }
.bar { display: block; width: 100%; max-width: 12rem; height: .4rem; margin-top: .2rem; }
.bar .all { fill: var(--line); } .bar .used { fill: var(--none); }
summary { cursor: pointer; color: var(--link); }
details { margin: .4rem 0; }
code { font: .85rem ui-monospace, monospace; }
`;
