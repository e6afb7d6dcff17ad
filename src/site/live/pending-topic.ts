/** Whether the number of accounts that wait has changed. The number is for approvers: the stamp is worth nothing to others. */
import { createHmac } from 'node:crypto';
import type { TopicCall, TopicContent } from './topic-content.js';

/** Who comes is among the newest; who goes changes the number. */
const NEWEST = 25;

export async function pendingTopic({ parts }: TopicCall): Promise<TopicContent> {
  const { items, total } = await parts.reader.accounts({ group: 'pending', skip: 0, limit: NEWEST });
  const names = [total, ...items.map(({ username }) => username)];
  return {
    stamp: createHmac('sha256', parts.settings.secret).update(names.join('\n')).digest('base64url'),
    parts: [],
  };
}
