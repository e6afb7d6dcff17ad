/** Version 4: what the web application keeps of its own, and how accounts are found whatever the case of their letters. */
export const SCHEMA_4 = `
CREATE TABLE site_records (
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  owner TEXT NOT NULL,
  expires REAL NOT NULL,
  doc TEXT NOT NULL,
  PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE INDEX site_records_owner ON site_records (owner, kind);
CREATE INDEX site_records_expires ON site_records (expires) WHERE expires > 0;
CREATE INDEX users_lower_name ON users (lower(username));
CREATE INDEX users_lower_email ON users (lower(json_extract(doc, '$.email')));
CREATE INDEX users_pending ON users (username) WHERE json_extract(doc, '$.pending') = 1;
`;
