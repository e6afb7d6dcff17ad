/** Answers about one finished run in later turns of the event loop, as a connection to MongoDB does. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TaskDocument } from '../../src/model/documents.js';
import type { RunReader } from '../../src/operations/run/reload-run.js';
import { task } from '../protocol/samples.js';
import { freshRun } from './world.js';

/** @param between called before each task is answered */
export function lateReader(id: string, taskCount = 0, between: () => Promise<unknown> = nextTurn): RunReader {
  const { tasks: _tasks, bad_tasks: _bad, ...head } = freshRun(id, {});
  return {
    async run() {
      await nextTurn();
      return { ...head, finished: true };
    },
    async spsaHistory() {
      await nextTurn();
      return [];
    },
    async *tasks() {
      await between();
      for (let i = 0; i < taskCount; i++) {
        yield { ...task(), active: false } as unknown as TaskDocument;
        await between();
      }
    },
  };
}
