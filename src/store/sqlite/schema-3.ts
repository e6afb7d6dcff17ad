/** Version 3: so do the keys of PGNs, which have the time of their upload. */
export const SCHEMA_3 = `
ALTER TABLE pgns ADD COLUMN key TEXT;
`;
