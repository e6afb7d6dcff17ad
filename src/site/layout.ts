/** The frame around every page: head, top bar with its menu, messages, content (docs/spec/web-ui.md §3). */
import { parseCookie } from 'cookie';
import { isQuotaLow } from '../github/questions.js';
import { assetUrl } from './assets.js';
import { type Html, html, NOTHING } from './html.js';
import type { SiteLink } from './site-settings.js';
import type { PageOutcome, Visit } from './visit.js';

export const SITE_NAME = 'Shoal';

/** What the frame needs of a request; also of one that found no page. */
export type FrameVisit = Pick<Visit, 'account' | 'isApprover' | 'session' | 'request' | 'parts'>;

interface MenuEntry {
  readonly name: Html | string;
  readonly url: string;
  readonly isElsewhere?: boolean;
}

/** @param body a whole document */
export function layout(visit: FrameVisit, page: PageOutcome): Html {
  const { account, session, request } = visit;
  const { theme } = parseCookie(request.headers.cookie);
  const flashes = session.takeFlashes();
  const { csrfToken } = session;
  const title = `${page.title} · ${SITE_NAME}`;
  const themeAttribute = theme === 'dark' || theme === 'light' ? html` data-theme="${theme}"` : NOTHING;
  return html`<!doctype html>
<html lang="en"${themeAttribute}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<title>${title}</title>
<meta property="og:title" content="${page.preview?.title ?? title}">
<meta property="og:type" content="website">
<meta property="og:url" content="${request.scheme}://${request.host}${encodeURI(request.path)}${page.preview === undefined || request.query === '' ? NOTHING : `?${request.query}`}">
${page.description === undefined ? NOTHING : html`<meta property="og:description" content="${page.description}">`}
${csrfToken === undefined ? NOTHING : html`<meta name="csrf-token" content="${csrfToken}">`}
<meta name="htmx-config" content='{"includeIndicatorCSS":false,"morphIgnore":["data-htmx-powered","open"]}'>
<link rel="icon" href="${assetUrl('icon.svg')}" type="image/svg+xml">
${(page.feeds ?? []).map(({ title: name, url }) => html`<link rel="alternate" type="application/atom+xml" title="${name}" href="${url}">`)}
<script src="${assetUrl('scripted.js')}"></script>
<link rel="stylesheet" href="${assetUrl('site.css')}">
<script type="module" src="${assetUrl('site.js')}"></script>
<script defer src="${assetUrl('htmx.js')}"></script>
${(page.scripts ?? []).map((name) => html`<script type="module" src="${assetUrl(`${name}.js`)}"></script>`)}
</head>
<body data-account="${account?.username ?? ''}">
<a class="skip" href="#content">Skip to the content</a>
${topBar(visit)}
<main id="content" tabindex="-1">
<div id="flashes">${flashes.map(
    ({
      kind,
      text,
      stopped,
    }) => html`<div class="flash ${kind}" role="${kind === 'error' ? 'alert' : 'status'}">
<p>${text}</p>${stopped === undefined ? NOTHING : undoStopForm(csrfToken ?? '', stopped)}<button type="button" class="quiet" data-dismiss aria-label="Dismiss this message">×</button></div>`,
  )}</div>
${page.body}
</main>
<div id="told"></div>
<p id="live-state" class="live-state" hidden></p>
${keysDialog()}
</body>
</html>
`;
}

function topBar(visit: FrameVisit): Html {
  const { account, parts } = visit;
  const { links } = parts.settings;
  const menus = [
    ['Tests', TEST_MENU],
    ['Fishtest', fishtestMenu(visit)],
    ...menusElsewhere(links),
    ['Resources', resourcesMenu(visit)],
  ] as const;
  return html`<header class="bar">
<a class="brand" href="/tests"><img src="${assetUrl('icon.svg')}" alt="" width="28" height="28"><span>${SITE_NAME}</span></a>
<button type="button" class="menu-button" id="menu-button" aria-expanded="false" aria-controls="menu">Menu</button>
<nav id="menu" aria-label="Main">
<ul class="menus">
${menus.map(
  ([name, entries]) => html`<li><details name="menu"><summary>${name}</summary><ul>
${entries.map(
  (entry) =>
    html`<li><a href="${entry.url}"${entry.isElsewhere === true ? html` rel="noopener noreferrer"` : NOTHING}>${entry.name}</a></li>`,
)}</ul></details></li>`,
)}
</ul>
<ul class="own">
${account === undefined ? visitorMenu() : memberMenu(visit, account.username)}
<li><button type="button" id="theme" class="icon" aria-label="Switch between dark and light" title="Dark or light (t)">◐</button></li>
</ul>
</nav>
</header>`;
}

const TEST_MENU: readonly MenuEntry[] = [
  { name: 'Overview', url: '/tests' },
  { name: 'Finished', url: '/tests/finished' },
  { name: 'Search', url: '/tests/finished?mode=search' },
];

function fishtestMenu({ isApprover }: FrameVisit): readonly MenuEntry[] {
  const users = html`Users <span id="pending-count" data-live="pending" data-poll="10" hx-get="/user_management/pending_count" hx-trigger="load, poll" hx-swap="innerHTML"></span>`;
  return [
    ...(isApprover ? [{ name: users, url: '/user_management' }] : []),
    { name: 'Contributors', url: '/contributors' },
    { name: 'Top month', url: '/contributors/monthly' },
    { name: 'Events', url: '/actions' },
    { name: 'Blocked workers', url: '/workers/show' },
    { name: 'Networks', url: '/nns' },
    { name: 'SPRT calculator', url: '/sprt_calc' },
    { name: 'Dashboard', url: '/dashboard' },
    { name: 'API', url: '/docs' },
  ];
}

function resourcesMenu({ parts }: FrameVisit): readonly MenuEntry[] {
  const isLow = isQuotaLow(parts.github.lastQuota, Date.now());
  const name = html`GitHub quota${isLow ? html` <span class="pill bad">low</span>` : NOTHING}`;
  return [{ name, url: '/rate_limits' }];
}

function menusElsewhere(links: readonly SiteLink[]): [string, readonly MenuEntry[]][] {
  const menus = [...new Set(links.map(({ menu }) => menu))];
  return menus.map((menu) => [
    menu,
    links.filter((link) => link.menu === menu).map(({ name, url }) => ({ name, url, isElsewhere: true })),
  ]);
}

function visitorMenu(): Html {
  return html`<li><a href="/signup">Sign up</a></li>
<li><a class="button" href="/login">Sign in</a></li>`;
}

function memberMenu({ session }: FrameVisit, username: string): Html {
  return html`<li><a class="button" href="/tests/run">New test</a></li>
<li><a href="/upload">Upload net</a></li>
<li><a href="/tests/user/${encodeURIComponent(username)}">My tests</a></li>
<li><a href="/user" class="who">${username}</a></li>
<li><form method="post" action="/logout" id="sign-out">${tokenField(session.csrfToken ?? '')}<button type="submit" class="quiet">Sign out</button></form></li>`;
}

function keysDialog(): Html {
  return html`<dialog id="keys" aria-labelledby="keys-title">
<h2 id="keys-title">Keys</h2>
<dl>
<dt><kbd>/</kbd></dt><dd>search on this page</dd>
<dt><kbd>g</kbd> <kbd>t</kbd></dt><dd>tests</dd>
<dt><kbd>g</kbd> <kbd>e</kbd></dt><dd>events</dd>
<dt><kbd>g</kbd> <kbd>u</kbd></dt><dd>your account</dd>
<dt><kbd>g</kbd> <kbd>d</kbd></dt><dd>dashboard</dd>
<dt><kbd>n</kbd></dt><dd>new test</dd>
<dt><kbd>t</kbd></dt><dd>dark or light</dd>
<dt><kbd>?</kbd></dt><dd>this list</dd>
</dl>
<label class="check"><input type="checkbox" id="keys-on"> Keys are on</label>
<form method="dialog"><button type="submit">Close</button></form>
</dialog>`;
}

/** Takes back the stop of a test (docs/spec/web-ui.md §6.3). */
export function undoStopForm(csrfToken: string, runId: string): Html {
  return html`<form method="post" action="/tests/unstop">${tokenField(csrfToken)}<input type="hidden" name="run-id" value="${runId}"><button type="submit">Undo the stop</button></form>`;
}

/** The hidden field of every form that changes something. */
export function tokenField(csrfToken: string): Html {
  return html`<input type="hidden" name="csrf_token" value="${csrfToken}">`;
}
