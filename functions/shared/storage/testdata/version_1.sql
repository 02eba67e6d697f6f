-- A database of schema version 1 with a podcast in every state, as the first version of this program wrote it.
-- Kept for ever: `tests/upgrade.rs` opens it with the program as it is now.
PRAGMA foreign_keys = OFF; -- tables come in the order of their names
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE checkpoints (
    podcast_id TEXT    NOT NULL REFERENCES podcasts (id) ON DELETE CASCADE,
    generation INTEGER NOT NULL,
    stage      TEXT    NOT NULL,
    payload    TEXT    NOT NULL, -- JSON
    PRIMARY KEY (podcast_id, generation, stage)
) STRICT;
INSERT INTO "checkpoints" VALUES('01900000-0000-7000-8000-000000000003',1,'research','{"duration_ms":7,"made":{"facts":[]}}');
INSERT INTO "checkpoints" VALUES('01900000-0000-7000-8000-000000000003',1,'script','{"duration_ms":8,"made":{"script":"…"}}');
CREATE TABLE discarded_media (
    path         TEXT    NOT NULL PRIMARY KEY, -- a key, or with a slash at its end everything below it
    discarded_at INTEGER NOT NULL,
    swept_at     INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
INSERT INTO "discarded_media" VALUES('episodes/01900000-0000-7000-8000-000000000006/1.mp3',1800000014000,0);
INSERT INTO "discarded_media" VALUES('episodes/01900000-0000-7000-8000-000000000007/1.mp3',1800000018000,0);
INSERT INTO "discarded_media" VALUES('episodes/01900000-0000-7000-8000-000000000008/',1800000020000,0);
INSERT INTO "discarded_media" VALUES('work/01900000-0000-7000-8000-000000000005/1/',1800000011000,0);
INSERT INTO "discarded_media" VALUES('work/01900000-0000-7000-8000-000000000006/1/',1800000014000,0);
INSERT INTO "discarded_media" VALUES('work/01900000-0000-7000-8000-000000000007/1/',1800000018000,0);
INSERT INTO "discarded_media" VALUES('work/01900000-0000-7000-8000-000000000008/',1800000020000,0);
CREATE TABLE idempotency (
    owner      TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    body_hash  BLOB    NOT NULL,
    podcast_id TEXT    NOT NULL,
    generation INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (owner, key)
) STRICT, WITHOUT ROWID;
INSERT INTO "idempotency" VALUES('alice','key-1',X'1670F2E42FEFA5044D59A65349E47C566009488FC57D7B4376DD5787B59E3C57','01900000-0000-7000-8000-000000000002',1,1800000001000);
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
INSERT INTO "podcasts" VALUES('01900000-0000-7000-8000-000000000001','alice','paris, france',2988507,'Paris, France','standout','{"surprise_tolerance":2,"preferred_length":"medium","preferred_style":"balanced","preferred_pace":"moderate","interests":[],"topic":"bridges"}','pending',0,'Waiting to start',NULL,NULL,NULL,NULL,NULL,NULL,1,0,NULL,NULL,NULL,1800000000000,1800000000000,NULL);
INSERT INTO "podcasts" VALUES('01900000-0000-7000-8000-000000000002','alice','paris, france',2988507,'Paris, France','standout','{"surprise_tolerance":2,"preferred_length":"medium","preferred_style":"balanced","preferred_pace":"moderate","interests":[],"topic":"bridges"}','pending',0,'Waiting to start',NULL,NULL,NULL,NULL,NULL,NULL,1,0,NULL,NULL,1800000002000,1800000001000,1800000001000,NULL);
INSERT INTO "podcasts" VALUES('01900000-0000-7000-8000-000000000003','alice','paris, france',2988507,'Paris, France','standout','{"surprise_tolerance":2,"preferred_length":"medium","preferred_style":"balanced","preferred_pace":"moderate","interests":[],"topic":"bridges"}','processing',45,'Recording line 12 of 40',NULL,NULL,NULL,NULL,NULL,NULL,1,0,'f3fb9fff-d302-484c-8f1e-377ee3199cc2',1800000034000,NULL,1800000003000,1800000007000,NULL);
INSERT INTO "podcasts" VALUES('01900000-0000-7000-8000-000000000004','alice','paris, france',2988507,'Paris, France','standout','{"surprise_tolerance":2,"preferred_length":"medium","preferred_style":"balanced","preferred_pace":"moderate","interests":[],"topic":"bridges"}','processing',0,'Waiting to start',NULL,NULL,NULL,NULL,NULL,NULL,1,5,'df0ad1ca-ad20-4004-baef-682233dfe334',1800000280000,NULL,1800000008000,1800000250000,NULL);
INSERT INTO "podcasts" VALUES('01900000-0000-7000-8000-000000000005','alice','paris, france',2988507,'Paris, France','standout','{"surprise_tolerance":2,"preferred_length":"medium","preferred_style":"balanced","preferred_pace":"moderate","interests":[],"topic":"bridges"}','completed',100,'Your episode is ready','Paris, the river''s city','About bridges.','episodes/01900000-0000-7000-8000-000000000005/1.mp3',361,4321000,NULL,1,1,NULL,NULL,NULL,1800000009000,1800000011000,1800000011000);
INSERT INTO "podcasts" VALUES('01900000-0000-7000-8000-000000000006','alice','paris, france',2988507,'Paris, France','standout','{"surprise_tolerance":2,"preferred_length":"medium","preferred_style":"balanced","preferred_pace":"moderate","interests":[],"topic":"bridges"}','failed',0,'There are no facts about this place',NULL,NULL,NULL,NULL,NULL,'There are no facts about this place',1,1,NULL,NULL,NULL,1800000012000,1800000014000,NULL);
INSERT INTO "podcasts" VALUES('01900000-0000-7000-8000-000000000007','alice','paris, france',2988507,'Paris, France','standout','{"surprise_tolerance":2,"preferred_length":"medium","preferred_style":"balanced","preferred_pace":"moderate","interests":[],"topic":"bridges"}','pending',0,'Waiting to be made',NULL,NULL,NULL,NULL,NULL,NULL,2,0,NULL,NULL,NULL,1800000015000,1800000018000,NULL);
CREATE TABLE scripts (
    podcast_id TEXT NOT NULL PRIMARY KEY REFERENCES podcasts (id) ON DELETE CASCADE,
    script     TEXT NOT NULL,
    metadata   TEXT NOT NULL -- JSON
) STRICT;
INSERT INTO "scripts" VALUES('01900000-0000-7000-8000-000000000005','A: Hello.
B: Hello.','{"chapters":[{"title":"The river"}]}');
CREATE TABLE totals (
    owner  TEXT    NOT NULL,
    status TEXT    NOT NULL,
    count  INTEGER NOT NULL CHECK (count >= 0),
    PRIMARY KEY (owner, status)
) STRICT, WITHOUT ROWID;
INSERT INTO "totals" VALUES('alice','completed',1);
INSERT INTO "totals" VALUES('alice','failed',1);
INSERT INTO "totals" VALUES('alice','pending',3);
INSERT INTO "totals" VALUES('alice','processing',2);
CREATE INDEX podcasts_by_owner ON podcasts (owner, created_at DESC, id DESC);
CREATE INDEX podcasts_by_owner_and_status ON podcasts (owner, status, created_at DESC, id DESC);
CREATE INDEX podcasts_unfinished ON podcasts (status, updated_at) WHERE status IN ('pending', 'processing');
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
CREATE INDEX idempotency_by_age ON idempotency (created_at);
CREATE INDEX discarded_media_by_sweep ON discarded_media (swept_at, path);
COMMIT;
