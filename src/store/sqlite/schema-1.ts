/**
 * Version 1 of the embedded schema. A committed migration is never edited: a change is a new version beside it.
 *
 * - Numbers that come from JavaScript have REAL affinity: SQLite keeps whole values as compact integers on disk and gives
 *   back the very double that was stored, infinities included, where INTEGER would refuse to read 1e18.
 * - `runs` holds what a live run changes, `run_heads` the long text written once, so that an update touches one small row.
 * - The finished lists have partial indexes: an update of a live run touches none of them (docs/spec/data-model.md §10).
 * - `worker_infos` is interned by content and never shrinks; a task keeps only its number and its nps, the one member
 *   that differs from task to task. A task is then some 70 bytes, so a batch of updates falls on few pages.
 */
export const SCHEMA_1 = `
CREATE TABLE runs (
  run INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL UNIQUE,
  username TEXT,
  tc_base REAL,
  last_updated REAL,
  finished INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  is_green INTEGER NOT NULL,
  is_yellow INTEGER NOT NULL,
  live TEXT
);
CREATE INDEX runs_unfinished ON runs (run) WHERE finished = 0;
CREATE INDEX runs_finished ON runs (last_updated, run) WHERE finished = 1 AND deleted = 0;
CREATE INDEX runs_finished_user ON runs (username, last_updated, run) WHERE finished = 1 AND deleted = 0;
CREATE INDEX runs_finished_green ON runs (last_updated, run) WHERE finished = 1 AND deleted = 0 AND is_green = 1;
CREATE INDEX runs_finished_yellow ON runs (last_updated, run) WHERE finished = 1 AND deleted = 0 AND is_yellow = 1;
CREATE INDEX runs_finished_ltc ON runs (last_updated, run) WHERE finished = 1 AND deleted = 0 AND tc_base >= 40;

CREATE TABLE run_heads (run INTEGER PRIMARY KEY, doc TEXT NOT NULL);
CREATE TABLE run_spsa (run INTEGER PRIMARY KEY, iter REAL NOT NULL, theta BLOB NOT NULL);
CREATE TABLE spsa_history (id INTEGER PRIMARY KEY, run INTEGER NOT NULL, entry NOT NULL);
CREATE INDEX spsa_history_run ON spsa_history (run);

CREATE TABLE worker_infos (info INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, doc TEXT NOT NULL);
CREATE TABLE tasks (
  run INTEGER NOT NULL,
  task_id INTEGER NOT NULL,
  num_games REAL, start REAL, active INTEGER NOT NULL, bad INTEGER NOT NULL, last_updated REAL,
  wins REAL, losses REAL, draws REAL, crashes REAL, time_losses REAL,
  p0 REAL, p1 REAL, p2 REAL, p3 REAL, p4 REAL,
  info INTEGER NOT NULL, nps REAL,
  spsa_iter REAL, spsa_flips BLOB,
  extra TEXT,
  PRIMARY KEY (run, task_id)
) WITHOUT ROWID;
CREATE TABLE bad_tasks (id INTEGER PRIMARY KEY, run INTEGER NOT NULL, doc TEXT NOT NULL);
CREATE INDEX bad_tasks_run ON bad_tasks (run);

CREATE TABLE actions (
  id INTEGER PRIMARY KEY,
  action_id TEXT NOT NULL UNIQUE,
  time REAL NOT NULL,
  action TEXT NOT NULL,
  username TEXT,
  run_id TEXT,
  doc TEXT NOT NULL
);
CREATE INDEX actions_time ON actions (time, action_id);
CREATE INDEX actions_user ON actions (username, time, action_id);
CREATE INDEX actions_kind ON actions (action, time, action_id);
CREATE INDEX actions_run ON actions (run_id, time, action_id) WHERE run_id IS NOT NULL;

CREATE TABLE pgns (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL,
  task_id INTEGER NOT NULL,
  size REAL NOT NULL,
  pgn_zip BLOB NOT NULL,
  UNIQUE (run_id, task_id)
);
CREATE TABLE users (username TEXT PRIMARY KEY, doc TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE workers (worker_name TEXT PRIMARY KEY, blocked INTEGER NOT NULL, doc TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX workers_blocked ON workers (worker_name) WHERE blocked = 1;
CREATE TABLE nets (name TEXT PRIMARY KEY, downloads REAL NOT NULL, doc TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE key_values (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE user_cache (username TEXT PRIMARY KEY, cpu_hours REAL) WITHOUT ROWID;
`;
