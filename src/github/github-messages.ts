/**
 * What a client and the service tell each other. Clients write to one channel, which the service alone listens to; each
 * client listens to a channel of its own, so that an answer is copied to one thread and not to all.
 */
import type { GitHubFailure } from './github-error.js';
import type { AnswerTo, Known, Question, QuestionKind, Quota } from './questions.js';

/** How a thread reaches the service. */
export interface GitHubAccess {
  /** The channel of the service, one of its own for each server in a process. */
  readonly channel: string;
  readonly isOn: boolean;
}

export type GitHubWish =
  | {
      readonly kind: 'ask';
      readonly question: Question;
      readonly withinMs: number;
      readonly isSubmit: boolean;
    }
  | { readonly kind: 'known'; readonly questions: readonly Question[] }
  | { readonly kind: 'quota' };

export interface GitHubCall {
  /** Name of the channel that the answer goes to. */
  readonly from: string;
  readonly id: number;
  readonly wish: GitHubWish;
}

export type GitHubAnswer =
  | { readonly kind: 'answer'; readonly answer: AnswerTo<QuestionKind> }
  | { readonly kind: 'known'; readonly known: (Known | undefined)[] }
  | { readonly kind: 'quota'; readonly quota: Quota }
  | { readonly kind: 'failure'; readonly failure: GitHubFailure };

export interface GitHubReply {
  readonly id: number;
  readonly answer: GitHubAnswer;
}
