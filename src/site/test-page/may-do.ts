/** Which changes of a test are offered to a visitor (docs/spec/web-ui.md §2.8); the operations check again. */
import { actorOf, mayChange } from '../../operations/actor.js';
import { isUndecided } from '../../rules/run-progress.js';
import type { RunHead } from '../../store/port.js';
import type { Visit } from '../visit.js';

const DAY_MS = 86_400_000;
/** Whole days after its start for which a test may be changed. */
const OLDEST_DAYS = 30;

export interface MayDo {
  readonly stop: boolean;
  /** As far as the document tells: how long ago it was stopped, events tell. */
  readonly unstop: boolean;
  readonly purge: boolean;
  readonly remove: boolean;
  readonly bringBack: boolean;
  readonly modify: boolean;
  readonly info: boolean;
  /** `own`: only because nobody approves a test of their own. */
  /** Is shown what workers report; who is asked to approve reads other things first. */
  readonly reports: boolean;
  /** Gets the test as text for a pull request. */
  readonly quote: boolean;
  readonly approve: 'yes' | 'no' | 'own';
  readonly resubmit: boolean;
}

export function mayDo({ account, isApprover, now }: Visit, head: RunHead): MayDo {
  const { finished, deleted, approved, failed, args, results } = head;
  const isOwner = account !== undefined && account.username === args.username;
  const changes = account !== undefined && mayChange(actorOf(account), args.username);
  const isYoung = Math.floor((now - head.start_time) / DAY_MS) <= OLDEST_DAYS;
  const waits = isApprover && !approved && !finished && !deleted;
  return {
    stop: changes && !finished,
    unstop: changes && finished && !deleted && !failed && isUndecided(results, args.num_games, args.sprt),
    purge: changes && finished && !deleted && !failed && isYoung,
    remove: changes && !deleted,
    bringBack: isApprover && deleted && isYoung,
    modify: changes && !deleted && isYoung,
    info: isOwner || isApprover,
    reports: changes && !finished && (!waits || isOwner),
    quote: changes && args.sprt !== undefined,
    approve: !waits ? 'no' : isOwner ? 'own' : 'yes',
    resubmit: account !== undefined,
  };
}
