/** Version 7: whole entries of the contributors' caches. The hours stay apart: what asks for them needs nothing else. */
export const SCHEMA_7 = `
ALTER TABLE user_cache ADD COLUMN doc TEXT;
CREATE TABLE top_month (username TEXT PRIMARY KEY, doc TEXT NOT NULL) WITHOUT ROWID;
`;
