/** Plays the recorded HTTP session to a server of its own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ReplayOptions, replay } from '../replay/replay.js';
import { mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import { recordingOf } from './recordings.js';

test('every recorded exchange', () => passesInFull({}));

test('every recorded exchange, over MongoDB', { skip: withoutMongodb }, async () => {
  // The names of books are keys.
  const place = await mongodbPlace('dots in keys', 'lists in lists');
  try {
    await passesInFull({ store: place.url });
  } finally {
    await place.remove();
  }
});

async function passesInFull(options: ReplayOptions): Promise<void> {
  const [report] = await replay([await recordingOf('http-transcript')], options);
  assert.ok(report !== undefined && report.played.length > 200);
  const failures = report.played.flatMap(({ recorded, verdict }) =>
    verdict.kind === 'fail' ? [`${recorded.name}: ${verdict.why}`] : [],
  );
  assert.deepEqual(failures, []);
}
