/** Entries of the contributors' caches as fishtest's script, a migration or Shoal wrote them: what is missing is nothing. */
import type { ContributorDocument } from '../model/documents.js';

export function completeContributor(
  entry: Partial<ContributorDocument> & Pick<ContributorDocument, 'username'>,
): ContributorDocument {
  const nothing = { cpu_hours: 0, games: 0, games_per_hour: 0, tests: 0, tests_repo: '', last_updated: -1 };
  return { ...nothing, ...entry };
}
