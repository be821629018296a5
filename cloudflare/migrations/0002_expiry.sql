-- Milliseconds since 1970 after which a record may be deleted, such as the response for an idempotency key after a day.
ALTER TABLE records ADD COLUMN expires_at INTEGER;
CREATE INDEX records_by_expiry ON records (expires_at) WHERE expires_at IS NOT NULL;
