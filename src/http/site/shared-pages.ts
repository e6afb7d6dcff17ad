/**
 * One rendering for all who ask for the same page within a second and are nobody: without a cookie each of them gets the same
 * bytes. So a link that thousands follow at once costs the page threads one page a second. What a form of this thread has
 * changed is seen at once; what others changed, and workers report, up to a second late.
 */
import { BoundedCache } from '../../memory/bounded-cache.js';
import type { SettledAnswer, SiteRequest } from '../../site/site-messages.js';

const FRESH_MS = 1_000;
/** Compressed pages of a few to a hundred KiB. */
const MOST_PAGES = 64;
/** With one of these an answer is the asker's own, or tells of a trouble that may be over. */
const SHARED_STATUSES: readonly number[] = [200, 304];

interface SharedPage {
  /** When it was asked for: nothing in it is older. Milliseconds of a steady clock. */
  readonly askedAt: number;
  readonly answer: Promise<SettledAnswer>;
}

export class SharedPages {
  readonly #pages = new BoundedCache<string, SharedPage>(MOST_PAGES);
  readonly #now: () => number;
  readonly #onShared: () => void;

  /** @param onShared a request was answered with another's page */
  constructor(onShared: () => void, now: () => number = () => performance.now()) {
    this.#onShared = onShared;
    this.#now = now;
  }

  /** The page that another asked for a moment ago, or what `ask` answers. */
  async ask(request: SiteRequest, ask: () => Promise<SettledAnswer>): Promise<SettledAnswer> {
    const key = keyOf(request);
    if (key === undefined) return await ask();
    const known = this.#pages.get(key);
    if (known !== undefined && this.#now() - known.askedAt < FRESH_MS) {
      const answer = await known.answer;
      if (isShared(answer)) {
        this.#onShared();
        return answer;
      }
      return await ask();
    }
    const page = { askedAt: this.#now(), answer: ask() };
    this.#pages.set(key, page);
    return await this.#settle(key, page);
  }

  /** Nobody gets a page from here that was asked for before. */
  forget(): void {
    this.#pages.clear();
  }

  async #settle(key: string, page: SharedPage): Promise<SettledAnswer> {
    let answer: SettledAnswer | undefined;
    try {
      answer = await page.answer;
      return answer;
    } finally {
      const isStillThere = this.#pages.get(key) === page;
      if (isStillThere && (answer === undefined || !isShared(answer))) this.#pages.delete(key);
    }
  }
}

/** What the page is made of besides what the server knows; none when it may be the visitor's own. */
function keyOf({ method, path, query, scheme, host, headers }: SiteRequest): string | undefined {
  if (method !== 'GET' || headers.cookie !== '' || !/\bgzip\b/.test(headers.acceptEncoding)) return undefined;
  return JSON.stringify([path, query, scheme, host, headers.htmx, headers.ifNoneMatch]);
}

function isShared(answer: SettledAnswer): boolean {
  return (
    answer.kind === 'page' &&
    SHARED_STATUSES.includes(answer.status) &&
    answer.failure === undefined &&
    answer.close !== true &&
    !answer.headers.some(([name]) => name === 'Set-Cookie')
  );
}
