-- Times are UTC milliseconds. Booleans do not occur. NULL means "not known yet".

-- The facts of each podcast. Long text lives elsewhere, so that a status read and a list page stay short.
CREATE TABLE podcasts (
    id               TEXT    NOT NULL PRIMARY KEY,
    owner            TEXT    NOT NULL,
    location         TEXT    NOT NULL, -- as it was typed
    place_id         INTEGER NOT NULL,
    place_label      TEXT    NOT NULL, -- as it was understood
    podcast_type     TEXT    NOT NULL,
    preferences      TEXT    NOT NULL, -- JSON
    status           TEXT    NOT NULL CHECK (status IN ('pending', 'processing', 'completed', 'failed')),
    progress         INTEGER NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
    message          TEXT    NOT NULL, -- what is happening, for the listener
    title            TEXT,
    description      TEXT,
    audio_key        TEXT,
    duration_s       INTEGER,
    size_bytes       INTEGER,
    error            TEXT,             -- why it failed, for the listener
    generation       INTEGER NOT NULL DEFAULT 1, -- counts how often it was asked for
    attempt          INTEGER NOT NULL DEFAULT 0, -- counts the claims since progress last grew
    lease_token      TEXT,             -- the fence: who may write
    lease_expires_at INTEGER,
    queued_at        INTEGER,          -- when a message for it was last handed to the queue
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    completed_at     INTEGER,
    CHECK ((status = 'processing') = (lease_token IS NOT NULL)),
    CHECK ((lease_token IS NULL) = (lease_expires_at IS NULL)),
    CHECK (status <> 'completed' OR (progress = 100 AND audio_key IS NOT NULL AND completed_at IS NOT NULL)),
    CHECK (status <> 'failed' OR error IS NOT NULL)
) STRICT;

-- One index per order a list is read in: a page starts where the last one ended, and nothing is sorted.
CREATE INDEX podcasts_by_owner ON podcasts (owner, created_at DESC, id DESC);
CREATE INDEX podcasts_by_owner_and_status ON podcasts (owner, status, created_at DESC, id DESC);
-- Few podcasts are unfinished at any time: the sweep reads only those.
CREATE INDEX podcasts_unfinished ON podcasts (status, updated_at) WHERE status IN ('pending', 'processing');

CREATE TABLE scripts (
    podcast_id TEXT NOT NULL PRIMARY KEY REFERENCES podcasts (id) ON DELETE CASCADE,
    script     TEXT NOT NULL,
    metadata   TEXT NOT NULL -- JSON
) STRICT;

-- What each stage made, so that the next attempt begins where the last one ended.
CREATE TABLE checkpoints (
    podcast_id TEXT    NOT NULL REFERENCES podcasts (id) ON DELETE CASCADE,
    generation INTEGER NOT NULL,
    stage      TEXT    NOT NULL,
    payload    TEXT    NOT NULL, -- JSON
    PRIMARY KEY (podcast_id, generation, stage)
) STRICT;

-- How many podcasts an owner has by status: COUNT(*) takes 40 ms at a million rows, this takes microseconds.
CREATE TABLE totals (
    owner  TEXT    NOT NULL,
    status TEXT    NOT NULL,
    count  INTEGER NOT NULL CHECK (count >= 0),
    PRIMARY KEY (owner, status)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER totals_after_insert AFTER INSERT ON podcasts BEGIN
    INSERT INTO totals (owner, status, count) VALUES (NEW.owner, NEW.status, 1)
        ON CONFLICT (owner, status) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER totals_after_update AFTER UPDATE OF status ON podcasts WHEN NEW.status <> OLD.status BEGIN
    UPDATE totals SET count = count - 1 WHERE owner = OLD.owner AND status = OLD.status;
    INSERT INTO totals (owner, status, count) VALUES (NEW.owner, NEW.status, 1)
        ON CONFLICT (owner, status) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER totals_after_delete AFTER DELETE ON podcasts BEGIN
    UPDATE totals SET count = count - 1 WHERE owner = OLD.owner AND status = OLD.status;
END;

-- Which request a key came with. The job may be deleted before its key is forgotten: no foreign key.
CREATE TABLE idempotency (
    owner      TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    body_hash  BLOB    NOT NULL,
    podcast_id TEXT    NOT NULL,
    generation INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (owner, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_age ON idempotency (created_at);

-- Media that nothing refers to any more: written in the transaction that let go of it, emptied by the sweep.
CREATE TABLE discarded_media (
    path         TEXT    NOT NULL PRIMARY KEY, -- a key, or with a slash at its end everything below it
    discarded_at INTEGER NOT NULL,
    swept_at     INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX discarded_media_by_sweep ON discarded_media (swept_at, path);
