/**
 * Every text a worker or its owner may read, in the reference's words where those were recorded. An error of a
 * handler gets its path in front (replies.ts); the text of a 200 reply starts with the operation's tag instead.
 */
import { wrapText } from './wrap-text.js';

export const NOT_JSON = 'request is not json encoded';
export const BAD_CREDENTIALS = 'Invalid username or password.';
export const ACCOUNT_BLOCKED = 'Your account is blocked.';
export const ACCOUNT_PENDING = 'Your account is pending approval.';
export const INTERNAL_ERROR = 'Internal Server Error';
export const NOT_PRIMARY = 'this server does not schedule tasks; ask the primary instance';

export const MISSING_RUN_ID = 'Missing run_id';
export const MISSING_TASK_ID = 'Missing task_id';
export const MISSING_PGN = 'Missing pgn content';
export const MISSING_STATS = 'Missing stats';
export const MISSING_SPSA = 'Missing spsa results: the run is an SPSA tune';
export const LOG_WITHOUT_TASK_ID = 'Missing task_id for worker_log run context';

export const invalidRunId = (runId: string) => `Invalid run_id: ${runId}`;
export const invalidTaskId = (runId: string, taskId: number) =>
  `Invalid task_id ${taskId} for run_id ${runId}`;
// The reference shows both keys here; the stored one is what proves a worker's identity, so neither is shown.
export const invalidUniqueKey = (runId: string, taskId: number) =>
  `Invalid unique_key for task ${runId}/${taskId}: the task belongs to another worker`;
export const invalidTaskUsername = (runId: string, taskId: number, username: string) =>
  `Invalid username for task ${runId}/${taskId}: it is not a task of ${username}`;
export const notSpsa = (runId: string) => `Run ${runId} is not an SPSA tune`;

export const tooFewGames = (username: string) => `User ${username} has too few games to stop a run`;
export const alreadyFinished = (runId: string) => `Run ${runId} is already finished`;
/** What a logged stop request gets appended when its author may not stop runs. */
export const NOT_AUTHORIZED_SUFFIX = ' (not authorized)';

export const taskNotActive = (tag: TaskTag, runId: string, taskId: number) =>
  `${tag}: task ${runId}/${taskId} is not active`;
/** How the reference names the operation that met an inactive task. */
export type TaskTag = 'Update_task' | 'Failed_task' | 'request_spsa_data';

/** Counts are games of the task: those stored, those reported, and those of the SPSA batch. */
export const incompatibleStats = (
  runId: string,
  taskId: number,
  before: number,
  now: number,
  spsaGames: number,
) =>
  `Update_task: task ${runId}/${taskId} has incompatible stats. Before ${before}. Now ${now}. SPSA_games ${spsaGames}.`;
export const wrongBatchSize = (runId: string, taskId: number) =>
  `Update_task: the number of games received for task ${runId}/${taskId} is incompatible with the SPRT batch size`;

export const STORE_AWAY = 'Request_task: the server cannot reach its database, please try again later';
export const STORE_BEHIND = 'Request_task: the database cannot keep up, please try again later';
export const TOO_BUSY = 'Request_task: the server is busy, please try again later';
export const runFinished = (runId: string) => `Request_task: run ${runId} needs no more games`;
export const machineLimit = (username: string) => `Request_task: Machine limit reached for user ${username}`;

/** The names are long worker names; `secondsAgo` is whole seconds since the running worker's last update. */
export const duplicateWorker = (
  runningName: string,
  secondsAgo: number,
  runId: string,
  taskId: number,
  ownName: string,
) =>
  `Request_task: There is already a worker running with name "${runningName}" which ${secondsAgo} seconds ago ` +
  `sent an update for task ${runId}/${taskId} (my name is "${ownName}")`;

const STARS = '*'.repeat(70);

/** What a blocked worker prints: the approver's message and where to go. `hostUrl` has no slash at its end. */
export function blockedWorker(shortName: string, message: string, hostUrl: string): string {
  return [
    '',
    '',
    STARS,
    'Request_task: This worker has been blocked!',
    wrapText(`Message: ${message}`),
    'You may possibly find more information at',
    `${hostUrl}/actions?text=%22${shortName}%22.`,
    'If you require help, feel free to contact the #fishtest-dev channel on',
    'the Stockfish Discord server: https://discord.com/invite/awnh2qZfTT.',
    'After fixing the issues you can unblock the worker at',
    `${hostUrl}/workers/${shortName}.`,
    STARS,
    '',
  ].join('\n');
}
