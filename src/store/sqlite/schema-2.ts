/** Version 2: the keys that users, workers and networks had in a fishtest database come along with a migration. */
export const SCHEMA_2 = `
ALTER TABLE users ADD COLUMN id TEXT;
ALTER TABLE workers ADD COLUMN id TEXT;
ALTER TABLE nets ADD COLUMN id TEXT;
`;
