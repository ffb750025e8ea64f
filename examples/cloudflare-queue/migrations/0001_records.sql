CREATE TABLE IF NOT EXISTS "truedy_webhooks" (key TEXT PRIMARY KEY NOT NULL, owner TEXT, expires_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS "truedy_webhooks_expires_at" ON "truedy_webhooks" (expires_at);
