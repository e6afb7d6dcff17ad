/** The table of periodic jobs: what runs how often (docs/spec/scheduling.md §8). */
import type { GitHub } from '../github/github.js';
import { evictRuns } from '../operations/run/evict-runs.js';
import type { State } from '../state/state.js';
import type { Reader } from '../store/port.js';
import { BeatGrace } from './beat-grace.js';
import { ContributorCount, type ContributorCountParts } from './count-contributors.js';
import type { Job } from './job-schedule.js';
import { MasterNets } from './master-nets.js';
import { AccountRefresh } from './refresh-accounts.js';
import { storeSeenAddresses } from './store-seen-addresses.js';
import { cleanWorkerRuns, cleanWorkerTasks, scavenge, updateSpeeds, updateThroughput } from './upkeep.js';
import { type BooksSource, updateBooks, updateMaster } from './upstream.js';
import { validateRandomRun, validateStructures } from './validate.js';
import { type WebHookNews, type WebHookSettings, WebHooks } from './web-hooks.js';

export interface JobParts {
  readonly state: State;
  readonly reader: Reader;
  /** Whom to ask for the newest official commits, and for the books; undefined: nobody. */
  readonly github: GitHub | undefined;
  readonly booksSource: BooksSource | undefined;
  /** Between two questions for the newest official commits, in seconds: without a token each one counts. */
  readonly masterPeriod: number;
  /** Whether others write to the store too. */
  readonly isStoreShared: boolean;
  /** Whether the contributors' caches are filled here. */
  readonly countsContributors: ContributorCountParts['mode'] | 'off';
  readonly webHooks: WebHookSettings;
  readonly onWebHookNews: (news: WebHookNews) => void;
}

export function periodicJobs(parts: JobParts): Job[] {
  const { state, reader, github, booksSource, masterPeriod, isStoreShared, countsContributors } = parts;
  return [
    ...stateJobs(state, reader),
    ...(isStoreShared ? sharedStoreJobs(state, reader) : []),
    ...(countsContributors === 'off' ? [] : [contributorsJob(state, reader, countsContributors)]),
    ...(parts.webHooks.urls.length === 0 ? [] : [webHooksJob(parts)]),
    ...(booksSource === undefined ? [] : [booksJob(state, reader, booksSource)]),
    ...(github === undefined
      ? []
      : [masterJob(state, reader, github, masterPeriod), masterNetsJob(state, reader, github)]),
  ];
}

function stateJobs(state: State, reader: Reader): Job[] {
  const grace = new BeatGrace(Date.now(), performance.now());
  return [
    {
      name: 'scavenge',
      period: 60,
      run: () => (grace.isOver(Date.now(), performance.now()) ? scavenge(state, Date.now()) : 0),
    },
    { name: 'update itp', period: 60, run: () => updateThroughput(state) },
    { name: 'update nps', period: 60, run: () => updateSpeeds(state) },
    { name: 'evict runs', period: 60, run: () => evictRuns(state, Date.now()) },
    { name: 'validate random run', period: 180, first: 60, run: () => validateRandomRun(state, Date.now()) },
    { name: 'clean worker tasks', period: 180, first: 60, run: () => cleanWorkerTasks(state) },
    {
      name: 'clean worker runs',
      period: 300,
      first: 60,
      run: () => {
        cleanWorkerRuns(state);
        storeSeenAddresses(state);
      },
    },
    {
      name: 'validate data structures',
      period: 900,
      first: 60,
      run: async () => validateStructures(state, await reader.keyValue('books'), Date.now()),
    },
  ];
}

function sharedStoreJobs(state: State, reader: Reader): Job[] {
  const accounts = new AccountRefresh(state, reader);
  return [{ name: 'refresh accounts', period: 60, first: 1, background: true, run: () => accounts.run() }];
}

function contributorsJob(state: State, reader: Reader, mode: ContributorCountParts['mode']): Job {
  const count = new ContributorCount({ state, reader, mode });
  return {
    name: 'count contributors',
    period: 900,
    first: 60,
    background: true,
    run: (signal) => count.run(signal),
  };
}

function webHooksJob({ state, reader, webHooks, onWebHookNews: onNews }: JobParts): Job {
  const hooks = new WebHooks({ state, reader, ...webHooks, onNews });
  return {
    name: 'tell web hooks',
    period: 5,
    first: 0,
    background: true,
    run: (signal) => hooks.run(signal),
  };
}

function booksJob(state: State, reader: Reader, source: BooksSource): Job {
  return {
    name: 'update books',
    period: 900,
    first: 0,
    background: true,
    run: () => updateBooks(state, reader, source),
  };
}

function masterJob(state: State, reader: Reader, github: GitHub, period: number): Job {
  return {
    name: 'update official master sha',
    period,
    first: 0,
    background: true,
    run: () => updateMaster(state, reader, github),
  };
}

function masterNetsJob(state: State, reader: Reader, github: GitHub): Job {
  const nets = new MasterNets(state, reader, github);
  return {
    name: "mark master's networks",
    period: 60,
    first: 10,
    background: true,
    run: () => nets.run(performance.now()),
  };
}
