/**
 * Version 10: which finished runs changed, one row a change, so that a reader may remember what it found out about a run. A run that
 * ends, or goes on, counts as changed. Old changes go: a reader that has not looked for so long forgets all that it remembers.
 */

/** A reader must find the last change that it knows: there is always one. */
const KEPT = 10_000;

export const SCHEMA_10 = `
CREATE TABLE run_changes (change INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL);
INSERT INTO run_changes (run) VALUES (0);
CREATE TRIGGER runs_changed AFTER UPDATE ON runs WHEN new.finished = 1 OR old.finished = 1
  BEGIN
    INSERT INTO run_changes (run) VALUES (new.run);
    DELETE FROM run_changes WHERE change <= last_insert_rowid() - ${KEPT};
  END;
`;
