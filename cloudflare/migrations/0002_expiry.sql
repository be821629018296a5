-- Some records are of no use after a while: what became of a request that may be repeated, for a day. In milliseconds since 1970.
ALTER TABLE records ADD COLUMN expires_at INTEGER;
CREATE INDEX records_by_expiry ON records (expires_at) WHERE expires_at IS NOT NULL;
