/**
 * GitHub as pages, jobs and endpoints see it, on whatever thread they run: the service itself on the main thread
 * (github-service.ts), on any other a client that asks it (github-client.ts).
 */
import type { About, AnswerTo, Known, Question, QuestionKind, Quota } from './questions.js';

export interface AskOptions {
  /** Longest wait for the answer, waiting for its turn included. */
  readonly withinMs?: number;
  /** Somebody submits a test: asked also when less than half of the quota is left. */
  readonly isSubmit?: boolean;
}

export interface GitHub {
  /** False: nothing is asked; what was kept is still answered. People then type shas and signatures by hand. */
  readonly isOn: boolean;
  /**
   * The kept answer while it is believed, else GitHub's. Equal questions at one time are asked once.
   * @throws GitHubError when there is none within the time
   */
  ask<Kind extends QuestionKind>(
    kind: Kind,
    about: About<Kind>,
    options?: AskOptions,
  ): Promise<AnswerTo<Kind>>;
  /**
   * What was kept, however old, in the order of the questions; undefined: nothing. Never asks GitHub, and never throws: for
   * lists, and for pages that must not wait.
   */
  known<Kind extends QuestionKind>(
    questions: readonly Question<Kind>[],
  ): Promise<(Known<Kind> | undefined)[]>;
  /** What is left of the quota; GitHub is asked at most once a minute. Never throws. */
  quota(): Promise<Quota>;
  /** The quota as it was last heard of, a minute ago or so: for the menu of every page, which waits for nothing. */
  readonly lastQuota: Quota;
}

/** The whole time that a question may take, with everything it asks of GitHub. */
export const ASK_MS = 10_000;
