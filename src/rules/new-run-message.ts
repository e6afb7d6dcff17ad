/** What the log of events says of a new run (docs/spec/web-ui.md §5.2). */
import type { RunArgs } from '../model/documents.js';
import { tcBase } from './game-time.js';
import { formatBounds } from './result-box.js';
import { hashOption } from './task-size.js';
import { LAST_RELEASE } from './test-kinds.js';

/** Seconds of a side from which a time control counts as long in the log. */
const LONG_TC_BASE = 40;

export function newRunMessage(args: RunArgs): string {
  const { tc, new_tc: newTc = tc, book, threads, base_options, new_options } = args;
  const long = tcBase(tc) >= LONG_TC_BASE ? '(LTC)' : '';
  const odds = newTc === tc ? '' : `[${newTc}]`;
  const smp = threads > 1 ? '(SMP)' : '';
  const hash = `${hashOption(base_options)}/${hashOption(new_options)}`;
  return `${stopRule(args)} TC:${tc}${odds}${long} Book:${book} Threads:${threads}${smp} Hash:${hash}`;
}

function stopRule({ sprt, spsa, num_games: games, resolved_base: base }: RunArgs): string {
  if (sprt !== undefined) return `SPRT${formatBounds(sprt.elo_model ?? 'BayesElo', sprt.elo0, sprt.elo1)}`;
  if (spsa !== undefined) return `SPSA[${games}]`;
  return `NumGames[${games}]${base === LAST_RELEASE.sha ? `(PT:${LAST_RELEASE.label})` : ''}`;
}
