/** Files of a tune: the numbers of its chart, and texts to go on with elsewhere (docs/spec/web-ui.md §4.6.4, §7.2). */
import type { Spsa } from '../../model/documents.js';
import type { RunHead } from '../../store/port.js';
import { fileName, missingFile } from '../statistics/files-bar.js';
import * as files from '../statistics/tune-files.js';
import { findRun, runIdOf } from '../test-page/find-run.js';
import type { Outcome, Visit } from '../visit.js';

const NO_TUNE = 'There is no such tune.';

export async function tuneJson(visit: Visit): Promise<Outcome> {
  const head = await findRun(visit, runIdOf(visit.params['id']!));
  const body = head === undefined ? undefined : await files.chartText(visit.parts, head);
  if (head === undefined || body === undefined) return missingFile('json', NO_TUNE);
  return {
    kind: 'fragment',
    body,
    contentType: 'application/json',
    headers: [fileName(`tune-${head._id}.json`)],
  };
}

export const tuneCsv = (visit: Visit) =>
  tuneFile(visit, 'csv', (head, tune) => {
    const ofParameters = visit.query.get('table') === 'parameters';
    return {
      kind: 'fragment',
      body: ofParameters ? files.parametersCsv(tune) : files.historyCsv(tune),
      contentType: 'text/csv; charset=utf-8',
      headers: [fileName(`tune-${ofParameters ? 'parameters-' : ''}${head._id}.csv`, 'attachment')],
    };
  });

export const tuneText = (visit: Visit) =>
  tuneFile(visit, 'text', (head, tune) => ({
    kind: 'fragment',
    body: files.tuneText(tune),
    contentType: 'text/plain; charset=utf-8',
    headers: [fileName(`tune-${head._id}.txt`)],
  }));

async function tuneFile(
  visit: Visit,
  format: Parameters<typeof missingFile>[0],
  make: (head: RunHead, tune: Spsa) => Outcome,
): Promise<Outcome> {
  const head = await findRun(visit, runIdOf(visit.params['id']!));
  const tune = head === undefined ? undefined : await files.findTune(visit.parts, head);
  if (head === undefined || tune === undefined) return missingFile(format, NO_TUNE);
  return make(head, tune);
}
