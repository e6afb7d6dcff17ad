/** Which function answers which endpoint of the public API. */
import type { Context } from '../../operations/context.js';
import { calcElo } from '../../rules/calc-elo.js';
import type { Reader } from '../../store/port.js';
import { nn, pgn, runPgns } from './downloads.js';
import { actions } from './read-actions.js';
import { type ReadAnswer, type ReadCall, refused } from './read-call.js';
import { activeRuns, finishedRuns, getElo, getRun, getTask } from './read-runs.js';

/** @param live whether memory has the unfinished runs: a secondary's has none */
export async function answerRead(
  context: Context,
  reader: Reader,
  call: ReadCall,
  live: boolean,
): Promise<ReadAnswer> {
  switch (call.name) {
    case 'active_runs':
      return await activeRuns(context, reader, live);
    case 'finished_runs':
      return await finishedRuns(reader, call);
    case 'actions':
      return await actions(reader, call);
    case 'get_run':
      return await getRun(context, reader, call);
    case 'get_task':
      return await getTask(context, reader, call);
    case 'get_elo':
      return await getElo(context, reader, call);
    case 'calc_elo':
      return estimate(call);
    case 'pgn':
      return await pgn(reader, call);
    case 'run_pgns':
      return await runPgns(reader, call);
    case 'nn':
      return await nn(context, reader, call);
  }
}

function estimate({ query }: ReadCall): ReadAnswer {
  const { status, body } = calcElo(query);
  // The calculator's errors begin with the path, which a refusal gets in any case.
  if (status !== 200) return refused(status, body.error.replace(/^\S+: /, ''));
  return { kind: 'json', json: JSON.stringify(body) };
}
