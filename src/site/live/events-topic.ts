/** Whether something happened: which events a page counts is for its filters. */
import type { TopicCall, TopicContent } from './topic-content.js';

export async function eventsTopic({ parts }: TopicCall): Promise<TopicContent> {
  const { items } = await parts.reader.searchActions({ cap: 1, skip: 0, limit: 1 });
  return { stamp: JSON.stringify(items), parts: [] };
}
