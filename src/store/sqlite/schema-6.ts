/** What GitHub answered. The index has all that is read to find the answers that are too many. */
export const SCHEMA_6 = `
CREATE TABLE github_answers (
  key TEXT PRIMARY KEY,
  at REAL NOT NULL,
  used REAL NOT NULL,
  etag TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  answer BLOB NOT NULL
);
CREATE INDEX github_answers_used ON github_answers (used, key, bytes);
`;
