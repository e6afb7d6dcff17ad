/** Which function answers which page of the table in routes.ts. */
import type { PageName } from '../routes.js';
import type { Outcome, Visit } from '../visit.js';
import { account, changeAccount, createReset } from './account.js';
import {
  approveTest,
  deleteTest,
  modifyTest,
  purgeTest,
  stopTest,
  undeleteTest,
  unstopTest,
} from './change-test.js';
import { contributors, monthlyContributors } from './contributors.js';
import { eventNews, events } from './events.js';
import { eventsFeed } from './events-feed.js';
import { exportAccount } from './export-account.js';
import { finished } from './finished.js';
import { follow, follows, unfollow } from './follows.js';
import { home } from './home.js';
import { liveElo, liveEloUpdate } from './live-elo.js';
import { networks } from './networks.js';
import { archesPart, autoselectPart, branchPart, newTest, sendTest, testSummaryPart } from './new-test.js';
import { ownerTests } from './owner-tests.js';
import { changePreferences } from './preferences-card.js';
import { changeProfilePage, endSessions, profile } from './profile.js';
import { rateLimits, rateLimitsServer } from './rate-limits.js';
import { reset, resetForm } from './reset.js';
import { removeSearchPage, saveSearchPage } from './saved-searches.js';
import { login, loginForm, logout } from './sign-in.js';
import { signup, signupForm } from './signup.js';
import { sprtCalculator } from './sprt-calculator.js';
import { testDiff } from './test-changes.js';
import { testStats } from './test-stats.js';
import { testTasks } from './test-tasks.js';
import { tuneCsv, tuneJson, tuneText } from './test-tune.js';
import { upload, uploadForm } from './upload.js';
import { accounts, decideAccounts, pendingCount } from './user-management.js';
import { test, testDetail } from './view-test.js';
import { changeWorker, worker } from './worker.js';
import { createKey, revokeKey } from './worker-keys.js';
import { machines } from './worker-table.js';

export type Handler = (visit: Visit) => Promise<Outcome> | Outcome;

export const HANDLERS: Readonly<Record<PageName, Handler>> = {
  home,
  machines,
  finished,
  ownerTests,
  test,
  testDetail,
  testTasks,
  testDiff,
  testStats,
  liveElo,
  liveEloUpdate,
  tuneJson,
  tuneCsv,
  tuneText,
  modifyTest,
  stopTest,
  unstopTest,
  approveTest,
  purgeTest,
  deleteTest,
  undeleteTest,
  events,
  eventNews,
  contributors,
  monthlyContributors,
  networks,
  uploadForm,
  upload,
  worker,
  changeWorker,
  sprtCalculator,
  loginForm,
  login,
  logout,
  signupForm,
  signup,
  resetForm,
  reset,
  profile,
  exportAccount,
  changeProfile: changeProfilePage,
  endSessions,
  createKey,
  revokeKey,
  saveSearch: saveSearchPage,
  removeSearch: removeSearchPage,
  changePreferences,
  account,
  changeAccount,
  createReset,
  accounts,
  decideAccounts,
  pendingCount,
  newTest,
  sendTest,
  testSummary: testSummaryPart,
  checkBranch: branchPart,
  arches: archesPart,
  autoselect: autoselectPart,
  rateLimits,
  rateLimitsServer,
  follows,
  follow,
  unfollow,
  eventsFeed,
};
