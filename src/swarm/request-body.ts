/** The bodies of the worker's requests, spelt as Python's json.dumps spells them (docs/spec/worker-api.md §6.1). */

import type { Identity } from './identity.js';
import type { HeldTask } from './ledger.js';
import type { FullResults } from './simulated-games.js';

/** Outcome of the latest tuning batch, from the viewpoint of the first engine. */
export interface SpsaOutcome {
  readonly wins: number;
  readonly losses: number;
  readonly draws: number;
  readonly num_games: number;
  readonly sig: number;
}

export interface BodyParts {
  readonly task?: HeldTask | undefined;
  readonly stats?: FullResults | undefined;
  readonly spsa?: SpsaOutcome | undefined;
  readonly message?: string | undefined;
  /** Base64. */
  readonly pgn?: string | undefined;
}

/** request_version names the user only. */
export function versionBody(identity: Identity): string {
  const { username, password } = identity.user;
  return `{"password": ${JSON.stringify(password)}, "worker_info": {"username": ${JSON.stringify(username)}}}`;
}

/** @param workerInfo JSON text of the worker_info object. */
export function requestBody(identity: Identity, workerInfo: string, parts: BodyParts): string {
  let text = `{"password": ${JSON.stringify(identity.user.password)}`;
  if (parts.task) text += `, "run_id": "${parts.task.run.id}", "task_id": ${parts.task.id}`;
  if (parts.message !== undefined) text += `, "message": ${JSON.stringify(parts.message)}`;
  if (parts.pgn !== undefined) text += `, "pgn": "${parts.pgn}"`;
  if (parts.stats) text += `, "stats": ${resultsText(parts.stats)}`;
  if (parts.spsa) {
    const { wins, losses, draws, num_games, sig } = parts.spsa;
    text += `, "spsa": {"wins": ${wins}, "losses": ${losses}, "draws": ${draws}, "num_games": ${num_games}, "sig": ${sig}}`;
  }
  return `${text}, "worker_info": ${workerInfo}}`;
}

function resultsText(stats: FullResults): string {
  return (
    `{"wins": ${stats.wins}, "losses": ${stats.losses}, "draws": ${stats.draws}, "crashes": ${stats.crashes}, ` +
    `"time_losses": ${stats.time_losses}, "pentanomial": [${stats.pentanomial.join(', ')}]}`
  );
}
