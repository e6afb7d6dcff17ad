/** The table of periodic jobs: what runs how often (spec: scheduling.md §8). */
import type { State } from '../state/state.js';
import type { Reader } from '../store/port.js';
import type { GitHub } from './github.js';
import type { Job } from './schedule.js';
import {
  cleanWorkerRuns,
  cleanWorkerTasks,
  evictRuns,
  scavenge,
  updateSpeeds,
  updateThroughput,
} from './upkeep.js';
import { updateBooks, updateMasterSha } from './upstream.js';
import { validateRandomRun, validateStructures } from './validate.js';

/** @param github undefined: the server asks nobody */
export function periodicJobs(state: State, reader: Reader, github: GitHub | undefined): Job[] {
  const jobs: Job[] = [
    { name: 'scavenge', period: 60, run: () => scavenge(state, Date.now()) },
    { name: 'update itp', period: 60, run: () => updateThroughput(state) },
    { name: 'update nps', period: 60, run: () => updateSpeeds(state) },
    { name: 'evict runs', period: 60, run: () => evictRuns(state, Date.now()) },
    { name: 'validate random run', period: 180, first: 60, run: () => validateRandomRun(state, Date.now()) },
    { name: 'clean worker tasks', period: 180, first: 60, run: () => cleanWorkerTasks(state) },
    { name: 'clean worker runs', period: 300, first: 60, run: () => cleanWorkerRuns(state) },
    {
      name: 'validate data structures',
      period: 900,
      first: 60,
      run: async () => validateStructures(state, await reader.keyValue('books'), Date.now()),
    },
  ];
  if (github === undefined) return jobs;
  return [
    ...jobs,
    {
      name: 'update books',
      period: 900,
      first: 0,
      background: true,
      run: (signal) => updateBooks(state, reader, github, signal),
    },
    {
      name: 'update official master sha',
      period: 900,
      first: 0,
      background: true,
      run: (signal) => updateMasterSha(state, github, signal),
    },
  ];
}
