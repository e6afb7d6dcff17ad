/**
 * A page thread renders topics: each once, for all who watch it. What was rendered before is known by digests alone, which
 * travel with the call: page threads keep nothing, so that any of them may take the next one.
 */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { inReadingOrder } from '../reading-order.js';
import type { SiteParts } from '../visit.js';
import type { AskedTopic, LiveAnswer, LiveCall, LiveMessage, TopicNews } from './live-messages.js';
import { digestOf } from './stamp.js';
import { TOPIC_RENDERERS } from './topic-renderers.js';
import { findTopic } from './topics.js';

const zip = promisify(gzip);
const GZIP_LEVEL = 4;
/** How much older than the last rendering what is rendered again may be: what was read then may have been kept for a moment. */
const OVERLAP_MS = 2_000;
/** Somebody's page is at most so much older than the first rendering that he gets. */
const OLDEST_PAGE_MS = 60_000;

interface Manifest {
  readonly stamp: string;
  readonly renderedAt: number;
  /** Digests of parts by id. */
  readonly parts: Readonly<Record<string, string>>;
}

export async function renderLive(parts: SiteParts, { topics }: LiveCall): Promise<LiveAnswer> {
  const news: TopicNews[] = [];
  for (const asked of topics) {
    news.push(await renderTopic(parts, asked));
    // Pages that somebody waits for pass in between.
    await new Promise(setImmediate);
  }
  return news;
}

async function renderTopic(parts: SiteParts, { topic, manifest, isFull }: AskedTopic): Promise<TopicNews> {
  const found = findTopic(topic);
  const now = Date.now();
  const before = manifest === '' ? undefined : (JSON.parse(manifest) as Manifest);
  const since = before === undefined || isFull ? now - OLDEST_PAGE_MS : before.renderedAt - OVERLAP_MS;
  const content = found && (await TOPIC_RENDERERS[found.row.name]({ parts, key: found.key, now, since }));
  if (content === undefined) {
    const changes = await pack({ topic, stamp: '', parts: {}, isLast: true });
    return { topic, manifest: '', changes, ...(isFull && { full: changes }), isLast: true };
  }
  const stamp = digestOf(content.stamp);
  const all: Record<string, string> = {};
  const changed: Record<string, string> = {};
  const digests: Record<string, string> = {};
  for (const [id, body] of content.parts) {
    const text = inReadingOrder(String(await body));
    const digest = digestOf(text);
    all[id] = text;
    digests[id] = digest;
    if (before?.parts[id] !== digest) changed[id] = text;
  }
  const isLast = content.isLast === true;
  const message = (some: LiveMessage['parts']): LiveMessage => ({
    topic,
    stamp,
    parts: some,
    ...(isLast && { isLast }),
  });
  const hasChanged =
    isLast || before === undefined || before.stamp !== stamp || Object.keys(changed).length > 0;
  return {
    topic,
    manifest: JSON.stringify({ stamp, renderedAt: now, parts: digests } satisfies Manifest),
    ...(hasChanged && { changes: await pack(message(changed)) }),
    ...(isFull && { full: await pack(message(all)) }),
    isLast,
  };
}

async function pack(message: LiveMessage): Promise<Uint8Array> {
  // A copy of its own: small buffers share a pool's memory, which would travel whole.
  return Uint8Array.from(await zip(JSON.stringify(message), { level: GZIP_LEVEL }));
}
