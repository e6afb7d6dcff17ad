/**
 * Version 5: what the pages of lists need. Finished runs are counted as they come and go, for each owner and for all
 * (`*`), so that no page counts a table. Words are indexed without the text itself; the functions are those of search-words.ts.
 */
import { HIDDEN_KINDS } from '../queries.js';

const COUNTS = 'runs, green, yellow, ltc';

/** @param sign + for a run that comes into the lists, - for one that leaves them @param row of the trigger: new or old */
function count(sign: '+' | '-', row: 'new' | 'old'): string {
  const values = `1, ${row}.is_green, ${row}.is_yellow, coalesce(${row}.tc_base >= 40, 0)`;
  const sums = COUNTS.split(', ').map((name) => `${name} = ${name} ${sign} excluded.${name}`);
  return `INSERT INTO finished_counts (owner, ${COUNTS})
    VALUES ('*', ${values}), ('=' || coalesce(${row}.username, ''), ${values})
    ON CONFLICT DO UPDATE SET ${sums.join(', ')};`;
}

const isListed = (row: 'new' | 'old') => `${row}.finished = 1 AND ${row}.deleted = 0`;

const INFO_OF_NEW = `coalesce(json_extract(new.live, '$.args.info'),
  (SELECT json_extract(doc, '$.args.info') FROM run_heads WHERE run = new.run))`;

export const SCHEMA_5 = `
CREATE TABLE finished_counts (
  owner TEXT PRIMARY KEY, runs INTEGER NOT NULL, green INTEGER NOT NULL, yellow INTEGER NOT NULL, ltc INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO finished_counts SELECT '*', count(*), total(is_green), total(is_yellow), total(tc_base >= 40)
  FROM runs WHERE finished = 1 AND deleted = 0;
INSERT INTO finished_counts SELECT '=' || coalesce(username, ''), count(*), total(is_green), total(is_yellow), total(tc_base >= 40)
  FROM runs WHERE finished = 1 AND deleted = 0 GROUP BY coalesce(username, '');
CREATE TRIGGER runs_counted AFTER INSERT ON runs WHEN ${isListed('new')} BEGIN ${count('+', 'new')} END;
CREATE TRIGGER runs_listed AFTER UPDATE OF finished, deleted, is_green, is_yellow ON runs WHEN ${isListed('new')}
  BEGIN ${count('+', 'new')} END;
CREATE TRIGGER runs_unlisted BEFORE UPDATE OF finished, deleted, is_green, is_yellow ON runs WHEN ${isListed('old')}
  BEGIN ${count('-', 'old')} END;

CREATE VIRTUAL TABLE runs_text USING fts5(words, content='', contentless_delete=1, tokenize="ascii tokenchars '_'");
INSERT INTO runs_text (rowid, words) SELECT run, shoal_words(coalesce(json_extract(live, '$.args.info'), json_extract(doc, '$.args.info')))
  FROM runs JOIN run_heads USING (run) WHERE finished = 1;
CREATE TRIGGER runs_text_new AFTER INSERT ON run_heads WHEN (SELECT finished FROM runs WHERE run = new.run) = 1
  BEGIN INSERT INTO runs_text (rowid, words) VALUES (new.run, shoal_words(json_extract(new.doc, '$.args.info'))); END;
CREATE TRIGGER runs_text_finished AFTER UPDATE OF finished ON runs WHEN new.finished = 1 AND old.finished = 0
  BEGIN INSERT INTO runs_text (rowid, words) VALUES (new.run, shoal_words(${INFO_OF_NEW})); END;
CREATE TRIGGER runs_text_revived AFTER UPDATE OF finished ON runs WHEN new.finished = 0 AND old.finished = 1
  BEGIN DELETE FROM runs_text WHERE rowid = old.run; END;
CREATE TRIGGER runs_text_modified AFTER UPDATE OF live ON runs
  WHEN new.finished = 1 AND json_extract(new.live, '$.args.info') IS NOT json_extract(old.live, '$.args.info')
  BEGIN
    DELETE FROM runs_text WHERE rowid = old.run;
    INSERT INTO runs_text (rowid, words) VALUES (new.run, shoal_words(${INFO_OF_NEW}));
  END;

CREATE VIRTUAL TABLE actions_text USING fts5(words, content='', tokenize="ascii tokenchars '_'");
INSERT INTO actions_text (rowid, words) SELECT id, shoal_action_words(doc) FROM actions ORDER BY id;
CREATE TRIGGER actions_text_new AFTER INSERT ON actions
  BEGIN INSERT INTO actions_text (rowid, words) VALUES (new.id, shoal_action_words(new.doc)); END;
CREATE INDEX actions_shown ON actions (time, action_id) WHERE action NOT IN (${HIDDEN_KINDS.map((kind) => `'${kind}'`).join(', ')});
DROP INDEX actions_user;
CREATE INDEX actions_user ON actions (username, time, action_id, action);
CREATE INDEX workers_changed ON workers (json_extract(doc, '$.last_updated'), worker_name) WHERE blocked = 1;
`;
