/** One rendering for many visitors who are nobody, and for nobody else. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SharedPages } from '../../src/http/site/shared-pages.js';
import type { SettledAnswer, SiteHeaders, SiteRequest } from '../../src/site/site-messages.js';
import { NO_HEADERS } from '../site/page-visits.js';

const NOBODY: SiteHeaders = { ...NO_HEADERS, acceptEncoding: 'gzip' };

function asked(headers: Partial<SiteHeaders> = {}, request: Partial<SiteRequest> = {}): SiteRequest {
  const head = { method: 'GET', path: '/tests', query: '', scheme: 'http', host: 'shoal', address: '::1' };
  return { ...head, ...request, headers: { ...NOBODY, ...headers } };
}

/** Counts what is rendered; each rendering says its number. */
class Pages {
  now = 0;
  shared = 0;
  rendered = 0;
  readonly pages = new SharedPages(
    () => this.shared++,
    () => this.now,
  );

  async body(request: SiteRequest, over: Partial<SettledAnswer & { kind: 'page' }> = {}): Promise<unknown> {
    const answer = await this.pages.ask(request, async () => {
      const body = String(++this.rendered);
      await new Promise((resolve) => setImmediate(resolve));
      return { kind: 'page', status: 200, headers: [], body, ...over };
    });
    return answer.kind === 'page' && answer.body;
  }
}

describe('shared pages', () => {
  it('are rendered once for all who ask at once or within a second, and then anew', async () => {
    const site = new Pages();
    const first = await Promise.all([1, 2, 3].map(() => site.body(asked())));
    assert.deepEqual(first, ['1', '1', '1']);
    site.now = 999;
    assert.equal(await site.body(asked({ userAgent: 'another' }, { address: '::2' })), '1');
    site.now = 1_000;
    assert.equal(await site.body(asked()), '2');
    assert.equal(site.shared, 3);
  });

  it('are forgotten when a form has changed something, also those that are being made', async () => {
    const site = new Pages();
    const early = site.body(asked());
    site.pages.forget();
    assert.equal(await site.body(asked()), '2');
    assert.equal(await early, '1');
    assert.equal(await site.body(asked()), '2');
  });

  it('are nobody else’s: not of another address, kind of answer or method, nor of who has a cookie', async () => {
    const site = new Pages();
    const others = [
      asked({}, { path: '/tests/finished' }),
      asked({}, { query: 'page=2' }),
      asked({}, { scheme: 'https' }),
      asked({}, { host: 'elsewhere' }),
      asked({}, { method: 'HEAD' }),
      asked({ htmx: 'true' }),
      asked({ ifNoneMatch: 'W/"1"' }),
      asked({ acceptEncoding: '' }),
      asked({ cookie: 'theme=dark' }),
      asked({ cookie: 'theme=dark' }),
    ];
    const bodies = [];
    for (const request of [asked(), ...others]) bodies.push(await site.body(request));
    assert.equal(new Set(bodies).size, others.length + 1);
    assert.equal(site.shared, 0);
  });

  it('are no answer that is the asker’s own, or that may be better in a moment', async () => {
    const own: Partial<SettledAnswer & { kind: 'page' }>[] = [
      { headers: [['Set-Cookie', 'a=b']] },
      { status: 302 },
      { status: 404 },
      { status: 500, failure: 'reference 1' },
      { close: true },
    ];
    for (const over of own) {
      const site = new Pages();
      const bodies = await Promise.all([site.body(asked(), over), site.body(asked(), over)]);
      bodies.push(await site.body(asked(), over));
      assert.deepEqual(bodies.toSorted(), ['1', '2', '3'], JSON.stringify(over));
    }
  });

  it('fail for those who waited together, and are asked for again', async () => {
    const site = new Pages();
    const busy = async () => Promise.reject(new Error('busy'));
    const waiting = [site.pages.ask(asked(), busy), site.pages.ask(asked(), busy)];
    for (const { status } of await Promise.allSettled(waiting)) assert.equal(status, 'rejected');
    assert.equal(await site.body(asked()), '1');
  });
});
