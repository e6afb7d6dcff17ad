/** The pages that are measured, and variants of their lists: first and deep pages, filters, and searches that find much or little. */
import { runId, USERNAME } from '../seed/farm.js';
import type { PageFarm } from '../seed/page-farm.js';
import { workerName } from '../seed/page-records.js';
import { finishedId, LONG_RUN, pendingId, TUNE } from '../seed/page-runs.js';
import { COMMON_WORD, RARE_WORD } from '../seed/page-words.js';

export interface MeasuredPage {
  readonly name: string;
  readonly path: string;
  readonly as: 'visitor' | 'approver';
  /** What a script of an open page asks for. */
  readonly isFragment?: boolean;
}

const SEARCH = '/tests/finished?mode=search';

const page = (name: string, path: string): MeasuredPage => ({ name, path, as: 'visitor' });
const own = (name: string, path: string): MeasuredPage => ({ name, path, as: 'approver' });
const part = (name: string, path: string): MeasuredPage => ({ ...page(name, path), isFragment: true });

export function measuredPages({ finished, actions }: PageFarm): MeasuredPage[] {
  const recent = finishedId(finished - 3);
  return [
    ...listsOfTests(Math.floor(finished / 50)),
    ...pagesOfTests(recent, runId(0)),
    ...records(Math.floor(actions / 400)),
    ...accountsAndForms(recent),
  ];
}

/** @param deep number of a page in the middle of all finished tests */
function listsOfTests(deep: number): MeasuredPage[] {
  return [
    page('home', '/tests'),
    own('home, approver', '/tests'),
    part('home, what changes', '/tests?live=run_tables'),
    page('workers, 500 of all', '/tests/machines'),
    page('workers by speed', '/tests/machines?sort=mnps'),
    page('workers with a word', '/tests/machines?q=linux'),
    page('finished', '/tests/finished'),
    page('finished, in the middle', `/tests/finished?page=${deep}`),
    page('finished, last page', `/tests/finished?page=${2 * deep}`),
    page('finished, green', '/tests/finished?success_only=1'),
    page('finished, LTC', '/tests/finished?ltc_only=1&page=100'),
    page('search, common word', `${SEARCH}&text=${COMMON_WORD}`),
    own('search, common word, up to 10,000', `${SEARCH}&text=${COMMON_WORD}`),
    page('search, rare word', `${SEARCH}&text=${RARE_WORD}`),
    page('search, phrase', `${SEARCH}&text=%22${COMMON_WORD}+kingrook%22`),
    page('search, part of many names', `${SEARCH}&user=author`),
    page('search, word and names', `${SEARCH}&user=author1&text=${COMMON_WORD}`),
    own('search, facets', `${SEARCH}&type=sprt&result=accepted&tc_min=40`),
    page('tests of an owner', `/tests/user/${USERNAME}`),
    page('tests of an author', '/tests/user/author3?page=5'),
  ];
}

/** @param recent id of a test that has ended, @param live of one that is played */
function pagesOfTests(recent: string, live: string): MeasuredPage[] {
  return [
    page('test, finished', `/tests/view/${recent}`),
    page('test, played', `/tests/view/${live}`),
    own('test, played, approver', `/tests/view/${live}`),
    part('test, what changes', `/tests/view/${live}/detail?expected=any`),
    own('test that waits, approver', `/tests/view/${pendingId(1)}`),
    page('test of 20,000 tasks', `/tests/view/${LONG_RUN}`),
    page('tasks, 25 of 20,000', `/tests/tasks/${LONG_RUN}`),
    page('tasks by residual', `/tests/tasks/${LONG_RUN}?sort=residual`),
    page('tasks of a test that is played', `/tests/tasks/${live}`),
    page('tune', `/tests/view/${TUNE}`),
    page('tune, its chart', `/tests/view/${TUNE}/spsa.json`),
    page('changes, kept', `/tests/view/${recent}/diff`),
    page('statistics', `/tests/stats/${recent}`),
    page('live Elo', `/tests/live_elo/${live}`),
    part('live Elo, what changes', `/tests/live_elo_update/${live}`),
  ];
}

/** @param deep number of a late page of events */
function records(deep: number): MeasuredPage[] {
  return [
    page('events', '/actions'),
    own('events, deep', `/actions?page=${deep}`),
    page('events, one kind', '/actions?action=stop_run'),
    page('events, dead tasks', '/actions?action=dead_task'),
    page('events, one user', `/actions?user=${USERNAME}`),
    page('events, part of many names', '/actions?user=author'),
    page('events, common word', `/actions?text=${COMMON_WORD}`),
    page('events, rare word', `/actions?text=${RARE_WORD}`),
    page('events by comment', '/actions?sort=comment'),
    page('events, feed', '/actions.atom'),
    page('contributors', '/contributors'),
    page('contributors by games, a later page', '/contributors?sort=games&page=20'),
    page('contributors of the month', '/contributors/monthly'),
    page('networks', '/nns'),
    page('networks, filtered', '/nns?network_name=a1&user=author1'),
    page('blocked workers', '/workers/show?filter=all-workers'),
    own('blocked workers by address', '/workers/show?filter=all-workers&sort=email'),
    own('a blocked worker', `/workers/${workerName(3)}`),
  ];
}

/** @param recent id of a test that has ended */
function accountsAndForms(recent: string): MeasuredPage[] {
  return [
    own('accounts that wait', '/user_management'),
    own('all accounts', '/user_management?group=all&page=20'),
    own('idle accounts', '/user_management?group=idle'),
    own('approvers', '/user_management?group=approvers'),
    own('accounts with a text', '/user_management?group=all&q=author77'),
    own("another's account", '/user/author3'),
    own("one's account", '/user'),
    own('new test', '/tests/run'),
    own('a test again', `/tests/run?id=${recent}`),
    page('SPRT calculator', '/sprt_calc'),
    page('sign in', '/login'),
    page('sign up', '/signup'),
    page('rate limits', '/rate_limits'),
    page('dashboard', '/dashboard'),
  ];
}
