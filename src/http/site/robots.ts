/** `robots.txt`, the same with and without the web application: no page is for search engines. */
import { createHash } from 'node:crypto';
import type { Answer } from '../transport/exchange.js';

const ROBOTS = 'User-agent: *\nDisallow: /\n';
const ROBOTS_TAG = `"${createHash('md5').update(ROBOTS).digest('hex')}"`;
const STARTED = new Date().toUTCString();

export function robots(): Answer {
  const headers = [
    ['Accept-Ranges', 'bytes'],
    ['Last-Modified', STARTED],
    ['ETag', ROBOTS_TAG],
  ] as const;
  return { status: 200, contentType: 'text/plain; charset=utf-8', headers, body: ROBOTS };
}
