/** What fishtest's own server kept of GitHub's answers (docs/spec/data-model.md §8), as answers of ours. */
import type { KeptAnswer } from './answer-cache.js';
import { mergeBaseKey } from './question-handlers.js';
import { isSha } from './questions.js';

/** In the collection of single values. */
export const REFERENCE_KEY = 'github_api_cache';
const VERSION = 2;

/** By the keys of the service. What has another form is left out. @param at when it counts as found out */
export function answersOfReference(value: unknown, at: number): ReadonlyMap<string, KeptAnswer> {
  const { version, lru_cache: entries } = (value ?? {}) as { version?: unknown; lru_cache?: unknown };
  if (version !== VERSION || !Array.isArray(entries)) return new Map();
  return new Map(entries.flatMap((entry) => answerOf(entry, at) ?? []).map(([key, kept]) => [key, kept]));
}

function answerOf(entry: unknown, at: number): [string, KeptAnswer][] | undefined {
  if (!Array.isArray(entry) || !Array.isArray(entry[0])) return undefined;
  const [[kind, one, other], answer] = entry as [unknown[], unknown];
  if (typeof one !== 'string' || !isSha(one)) return undefined;
  // One that was not in master may have come into it since.
  if (kind === '_is_master') return answer === true ? [[`isInMaster ${one}`, { answer, at }]] : undefined;
  const sha = (answer as { merge_base_commit?: { sha?: unknown } } | null)?.merge_base_commit?.sha;
  if (kind !== 'compare_sha' || typeof sha !== 'string' || !isSha(sha)) return undefined;
  if (typeof other !== 'string' || !isSha(other)) return undefined;
  return [[`mergeBase ${mergeBaseKey(one, other)}`, { answer: sha, at }]];
}
