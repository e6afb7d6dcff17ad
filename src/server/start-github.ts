/** Starts what asks GitHub, on the main thread, and says how other threads reach it. */
import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import { GitHubDesk } from '../github/github-desk.js';
import type { GitHubAccess } from '../github/github-messages.js';
import { GitHubService } from '../github/github-service.js';
import { StoredAnswers } from '../github/stored-answers.js';
import type { State } from '../state/state.js';
import type { Reader } from '../store/port.js';

const API_URL = 'https://api.github.com';
const RAW_URL = 'https://raw.githubusercontent.com';
const BOOKS_PATH = '/official-stockfish/books/master/books.json';
/** With a token an answer that nothing changed is not counted. */
const MASTER_PERIOD = 60;
const MASTER_PERIOD_WITHOUT_TOKEN = 900;

export interface RunningGitHub {
  readonly service: GitHubService;
  readonly access: GitHubAccess;
  /** Gives up what is being asked; who still asks is told so. */
  readonly stop: () => void;
}

export interface GitHubParts {
  readonly config: Config;
  readonly log: Logger;
  readonly state: State;
  readonly reader: Reader;
}

export function startGitHub({ config, log, state, reader }: GitHubParts): RunningGitHub {
  const isOn = config.SHOAL_GITHUB === 'on';
  const rawUrl = withoutSlash(config.GITHUB_RAW_URL) || RAW_URL;
  const service = new GitHubService({
    isOn,
    token: config.GH_TOKEN,
    apiUrl: withoutSlash(config.GITHUB_API_URL) || (isOn ? API_URL : ''),
    rawUrl,
    store: new StoredAnswers({ state, reader, onProblem: (problem) => log.warn(problem) }),
    booksUrl: config.BOOKS_URL || `${rawUrl}${BOOKS_PATH}`,
  });
  const { access } = new GitHubDesk(service);
  return { service, access, stop: () => service.stop() };
}

/** Between two questions for the newest official commits, in seconds. */
export function masterPeriod(config: Config): number {
  return config.GH_TOKEN === '' ? MASTER_PERIOD_WITHOUT_TOKEN : MASTER_PERIOD;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
