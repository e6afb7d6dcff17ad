/** Whether the number of accounts that wait has changed. The number is for approvers: the stamp is worth nothing to others. */
import { createHmac } from 'node:crypto';
import type { TopicCall, TopicContent } from './topic-content.js';

export async function pendingTopic({ parts }: TopicCall): Promise<TopicContent> {
  const names = (await parts.reader.pendingUsers()).map(({ username }) => username).sort();
  return {
    stamp: createHmac('sha256', parts.settings.secret).update(names.join('\n')).digest('base64url'),
    parts: [],
  };
}
