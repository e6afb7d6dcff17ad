/** The OpenAPI document at /openapi.json, and at /docs a page to read and try it that needs nothing from elsewhere. */
import { createHash } from 'node:crypto';
import { openApiDocument } from '../../protocol/openapi/document.js';
import type { Answer } from '../transport/exchange.js';
import { DOCS_SCRIPT, DOCS_STYLE } from './docs-page.js';

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Shoal API</title><style>${DOCS_STYLE}</style></head>
<body><main id="main"><p>Reading <a href="/openapi.json">/openapi.json</a> …</p></main>
<script>${DOCS_SCRIPT}</script></body></html>
`;
const POLICY = `default-src 'none'; connect-src 'self'; style-src ${hash(DOCS_STYLE)}; script-src ${hash(DOCS_SCRIPT)}`;

/** Undefined for any other path. */
export function answerDocs(path: string): Answer | undefined {
  if (path === '/openapi.json') {
    const headers = [['Access-Control-Allow-Origin', '*']] as const;
    return { status: 200, contentType: 'application/json', headers, body: openApiDocument() };
  }
  if (path !== '/docs') return undefined;
  const headers = [
    ['Content-Security-Policy', POLICY],
    ['X-Content-Type-Options', 'nosniff'],
  ] as const;
  return { status: 200, contentType: 'text/html; charset=utf-8', headers, body: PAGE };
}
