/** The three pages with `SITE=off`. The list of tests is drawn from the public API by its own script. */
import { createHash } from 'node:crypto';

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif }
main { max-width: 70rem; margin: 0 auto; padding: 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #8884 }
td.n { text-align: right; font-variant-numeric: tabular-nums }
`;

const SCRIPT = `
'use strict';
const cell = (text, number) => {
  const node = document.createElement('td');
  node.textContent = text;
  if (number) node.className = 'n';
  return node;
};
function row({ args, results, workers, cores }, id) {
  const { wins, losses, draws } = results;
  const line = document.createElement('tr');
  const name = cell('');
  const link = document.createElement('a');
  link.href = '/api/get_run/' + id;
  link.textContent = args.new_tag;
  name.append(link);
  const kind = args.sprt ? 'SPRT ' + (args.sprt.state || 'LLR ' + args.sprt.llr.toFixed(2).replace(/^-(0\\.0+)$/, '$1')) : args.spsa ? 'SPSA' : 'games';
  line.append(name, cell(args.username), cell(args.tc + ' th ' + args.threads), cell(kind), cell('+' + wins + ' -' + losses + ' =' + draws, true), cell(workers + ' / ' + cores, true));
  return line;
}
async function fill(id, url) {
  const answer = await fetch(url);
  const runs = Object.entries(await answer.json());
  // An old document may lack anything: its row does, and the others are shown.
  const rows = runs.flatMap(([key, run]) => {
    try {
      return [row(run, key)];
    } catch {
      return [];
    }
  });
  document.getElementById(id).replaceChildren(...rows);
}
const refresh = () => {
  if (document.hidden) return;
  fill('active', '/api/active_runs').catch(() => {});
  fill('finished', '/api/finished_runs?page=1').catch(() => {});
};
refresh();
setInterval(refresh, 20000);
document.addEventListener('visibilitychange', refresh);
`;

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
export const PAGE_POLICY = `default-src 'none'; connect-src 'self'; style-src ${hash(STYLE)}; script-src ${hash(SCRIPT)}`;

function page(title: string, body: string, script = ''): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${STYLE}</style></head>
<body><main>${body}</main>${script === '' ? '' : `<script>${script}</script>`}</body></html>
`;
}

const table = (id: string) => `<table><thead><tr><th>Test</th><th>User</th><th>Time control</th><th>Kind</th>
<th>Results</th><th>Workers / cores</th></tr></thead><tbody id="${id}"></tbody></table>`;

export const TESTS_PAGE = page(
  'Stockfish Testing Framework',
  `<h1>Tests</h1><p><a href="/">Dashboard</a> · <a href="/docs">API</a></p>
<h2>Active</h2>${table('active')}<h2>Finished</h2>${table('finished')}`,
  SCRIPT,
);

export const LOGIN_PAGE = page(
  'Login | Stockfish Testing',
  `<h1>Login</h1><p>Nobody signs in to these pages: accounts and tests are managed with the <code>shoal</code> command on
the server. Workers sign in with every request they make.</p><p><a href="/tests">Tests</a></p>`,
);

export const NOT_FOUND_PAGE = page(
  'Page not found',
  '<h1>Page not found</h1><p><a href="/tests">Tests</a></p>',
);
