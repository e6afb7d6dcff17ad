/** Which function renders which topic of the table in topics.ts. */
import { eventsTopic } from './events-topic.js';
import { homeTopic } from './home-topic.js';
import { pendingTopic } from './pending-topic.js';
import { runTopic } from './run-topic.js';
import { tasksTopic } from './tasks-topic.js';
import type { TopicRenderer } from './topic-content.js';
import type { TopicName } from './topics.js';
import { workersTopic } from './workers-topic.js';

export const TOPIC_RENDERERS: Readonly<Record<TopicName, TopicRenderer>> = {
  home: homeTopic,
  run: runTopic,
  tasks: tasksTopic,
  workers: workersTopic,
  events: eventsTopic,
  pending: pendingTopic,
};
