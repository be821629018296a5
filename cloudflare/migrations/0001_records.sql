-- Every record and every index entry is one row: a short ASCII key, a JSON value, and the token of the commit that wrote it.
CREATE TABLE records (
  key   TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL,
  token TEXT NOT NULL
) STRICT, WITHOUT ROWID;
