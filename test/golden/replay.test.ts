/** Plays the recorded HTTP session to a server of its own, where the recording is at hand (SHOAL_GOLDEN). */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { type ReplayOptions, replay } from '../replay/replay.js';
import { mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';

const PATH = join(resolve(process.env['SHOAL_GOLDEN'] ?? '../shared/golden'), 'http-transcript.json');
const skip = existsSync(PATH) ? false : `no recording at ${PATH}: set SHOAL_GOLDEN`;

test('every recorded exchange', { skip }, () => passesInFull({}));

test('every recorded exchange, over MongoDB', { skip: skip || withoutMongodb }, async () => {
  // The names of books are keys.
  const place = await mongodbPlace('dots in keys', 'lists in lists');
  try {
    await passesInFull({ store: place.url });
  } finally {
    await place.remove();
  }
});

async function passesInFull(options: ReplayOptions): Promise<void> {
  const [report] = await replay([PATH], options);
  assert.ok(report !== undefined && report.played.length > 200);
  const failures = report.played.flatMap(({ recorded, verdict }) =>
    verdict.kind === 'fail' ? [`${recorded.name}: ${verdict.why}`] : [],
  );
  assert.deepEqual(failures, []);
}
