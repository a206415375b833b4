-- Runs once, on SQLite and on PostgreSQL, in the order of the file names. Once it is on the main branch it is never
-- edited: a correction is another migration. This one makes every table of the first version.
--
-- Types that mean the same on both: UUID and BYTEA hold bytes (SQLite stores what it is given), BIGINT holds whole
-- numbers and times, which are nanoseconds since 1970 in UTC, so that a time read is the time written. JSON is in TEXT.
-- A row's key is a UUIDv7 made by the application.

-- What is true of the database as a whole. One row.
CREATE TABLE library_facts (
    id UUID PRIMARY KEY,
    created_at BIGINT NOT NULL,
    checked_at BIGINT NOT NULL,
    -- One more with each change of the library, so that a window sees what another process did.
    generation BIGINT NOT NULL
);

CREATE TABLE users (
    id UUID PRIMARY KEY,
    username VARCHAR(255) NOT NULL UNIQUE,
    keep_in_step BOOLEAN NOT NULL DEFAULT FALSE,
    keep_in_step_asked BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL
);

CREATE TABLE manga (
    id UUID PRIMARY KEY,
    title TEXT NOT NULL,
    sort_title TEXT NOT NULL,
    format VARCHAR(20) NOT NULL,
    year BIGINT,
    authors TEXT NOT NULL,
    total_chapters BIGINT,
    total_volumes BIGINT,
    cover TEXT,
    adult BOOLEAN NOT NULL,
    merged_into UUID REFERENCES manga(id),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX manga_by_title ON manga (sort_title, id);

CREATE TABLE manga_titles (
    manga_id UUID NOT NULL REFERENCES manga(id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    kind VARCHAR(20) NOT NULL,
    text TEXT NOT NULL,
    folded TEXT NOT NULL,
    PRIMARY KEY (manga_id, position)
);
CREATE INDEX manga_titles_by_folded ON manga_titles (folded, manga_id);

CREATE TABLE external_integrations (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    integration_type VARCHAR(50) NOT NULL,
    client_id VARCHAR(255),
    client_secret TEXT,
    access_token TEXT,
    refresh_token TEXT,
    external_user_id VARCHAR(255),
    external_username VARCHAR(255),
    token_expires_at BIGINT,
    sync_enabled BOOLEAN NOT NULL DEFAULT TRUE,
    sync_reading_progress BOOLEAN NOT NULL DEFAULT TRUE,
    sync_ratings BOOLEAN NOT NULL DEFAULT TRUE,
    sync_status BOOLEAN NOT NULL DEFAULT TRUE,
    auto_sync BOOLEAN NOT NULL DEFAULT TRUE,
    last_sync_at BIGINT,
    last_sync_status VARCHAR(50) NOT NULL DEFAULT 'pending',
    settings TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    -- Added to the specification's columns.
    direction VARCHAR(10) NOT NULL DEFAULT 'both',
    rule VARCHAR(10) NOT NULL DEFAULT 'newest',
    removal VARCHAR(10) NOT NULL DEFAULT 'ask',
    export_private BOOLEAN NOT NULL DEFAULT FALSE,
    volumes BOOLEAN NOT NULL DEFAULT FALSE,
    sign_in_again BOOLEAN NOT NULL DEFAULT FALSE,
    approved_at BIGINT,
    list_cursor BIGINT,
    list_read_at BIGINT,
    last_full_at BIGINT,
    listed_total BIGINT,
    clock_ahead BIGINT,
    paused_until BIGINT,
    pause_reason TEXT,
    UNIQUE (user_id, integration_type)
);

CREATE TABLE external_manga_mappings (
    id UUID PRIMARY KEY,
    integration_id UUID NOT NULL REFERENCES external_integrations(id) ON DELETE CASCADE,
    manga_id UUID NOT NULL REFERENCES manga(id) ON DELETE CASCADE,
    external_manga_id VARCHAR(255) NOT NULL,
    external_title VARCHAR(500),
    created_at BIGINT NOT NULL,
    -- Added to the specification's columns.
    source VARCHAR(20) NOT NULL,
    total_chapters BIGINT,
    total_volumes BIGINT,
    base TEXT,
    remote VARCHAR(10) NOT NULL DEFAULT 'unknown',
    remote_fields TEXT,
    remote_entry_id VARCHAR(255),
    remote_updated_at BIGINT,
    remote_read_before BIGINT,
    remote_read_at BIGINT,
    -- What was read differs from the base: to be merged though nothing new is listed.
    unsettled BOOLEAN NOT NULL DEFAULT FALSE,
    UNIQUE (integration_id, manga_id),
    UNIQUE (integration_id, external_manga_id)
);
CREATE INDEX external_manga_mappings_by_manga ON external_manga_mappings (manga_id);
CREATE INDEX external_manga_mappings_by_work ON external_manga_mappings (external_manga_id);
CREATE INDEX external_manga_mappings_unsettled ON external_manga_mappings (manga_id) WHERE unsettled;

CREATE TABLE library_entries (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    manga_id UUID NOT NULL REFERENCES manga(id) ON DELETE CASCADE,
    status VARCHAR(20) NOT NULL,
    chapters_read BIGINT NOT NULL,
    volumes_read BIGINT NOT NULL,
    score BIGINT,
    rereads BIGINT NOT NULL,
    started_on VARCHAR(10),
    finished_on VARCHAR(10),
    notes TEXT,
    private BOOLEAN NOT NULL,
    stamps TEXT NOT NULL,
    version BIGINT NOT NULL,
    removed_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (user_id, manga_id)
);
CREATE INDEX library_entries_by_manga ON library_entries (manga_id);
CREATE INDEX library_entries_by_update ON library_entries (user_id, updated_at, manga_id) WHERE removed_at IS NULL;

CREATE TABLE intents (
    mapping_id UUID PRIMARY KEY REFERENCES external_manga_mappings(id) ON DELETE CASCADE,
    body TEXT NOT NULL
);

-- `mark` is new with each edit, so that a finished push removes only the row that it was begun for.
CREATE TABLE outbox (
    mapping_id UUID PRIMARY KEY REFERENCES external_manga_mappings(id) ON DELETE CASCADE,
    mark UUID NOT NULL UNIQUE,
    due_since BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    next_try_at BIGINT,
    error_code VARCHAR(50),
    error_message TEXT,
    refused BOOLEAN NOT NULL
);
CREATE INDEX outbox_by_next_try ON outbox (refused, next_try_at);

CREATE TABLE sync_runs (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    strategy VARCHAR(20) NOT NULL,
    trigger_kind VARCHAR(20) NOT NULL,
    status VARCHAR(20) NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    report TEXT,
    plan TEXT
);
CREATE INDEX sync_runs_by_start ON sync_runs (user_id, started_at, id);
CREATE INDEX sync_runs_by_status ON sync_runs (status, started_at);

-- History outlives what it is about, so the run and the manga are named, not referenced.
CREATE TABLE journal (
    id UUID PRIMARY KEY,
    run_id UUID,
    manga_id UUID NOT NULL,
    provider VARCHAR(20),
    field VARCHAR(20),
    before_value TEXT,
    after_value TEXT,
    origin VARCHAR(20) NOT NULL,
    cause VARCHAR(30) NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX journal_by_time ON journal (at, id);
CREATE INDEX journal_by_run ON journal (run_id, at, id);
CREATE INDEX journal_by_manga ON journal (manga_id, at, id);

CREATE TABLE conflicts (
    id UUID PRIMARY KEY,
    manga_id UUID NOT NULL REFERENCES manga(id) ON DELETE CASCADE,
    kind VARCHAR(20) NOT NULL,
    field_group VARCHAR(20),
    provider VARCHAR(20),
    body TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    decided_at BIGINT,
    decision VARCHAR(30)
);
CREATE UNIQUE INDEX conflicts_open ON conflicts
    (manga_id, kind, (coalesce(field_group, '')), (coalesce(provider, ''))) WHERE decided_at IS NULL;

CREATE TABLE match_candidates (
    id UUID PRIMARY KEY,
    manga_id UUID NOT NULL REFERENCES manga(id) ON DELETE CASCADE,
    provider VARCHAR(20) NOT NULL,
    external_id VARCHAR(255) NOT NULL,
    title TEXT NOT NULL,
    confidence BIGINT NOT NULL,
    evidence TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    UNIQUE (manga_id, provider, external_id)
);

-- A pair that a person said is not the same work. It may name a work that no list has, so nothing is referenced.
CREATE TABLE rejected_pairs (
    manga_id UUID NOT NULL,
    provider VARCHAR(20) NOT NULL,
    external_id VARCHAR(255) NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (manga_id, provider, external_id)
);

-- What a person said is never to be synced: one field of a work, or ('*') all of it.
CREATE TABLE ignored (
    provider VARCHAR(20) NOT NULL,
    external_id VARCHAR(255) NOT NULL,
    field VARCHAR(20) NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (provider, external_id, field)
);

CREATE TABLE api_usage (
    provider VARCHAR(20) NOT NULL,
    route VARCHAR(50) NOT NULL,
    hour BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    PRIMARY KEY (provider, route, hour)
);

CREATE TABLE snapshots (
    id UUID PRIMARY KEY,
    run_id UUID NOT NULL,
    integration_id UUID NOT NULL REFERENCES external_integrations(id) ON DELETE CASCADE,
    entries BIGINT NOT NULL,
    body BYTEA NOT NULL,
    taken_at BIGINT NOT NULL
);
CREATE INDEX snapshots_by_integration ON snapshots (integration_id, taken_at, id);

-- A free lease keeps its row, so that its fencing number never falls. `expires_at` is in the database's own time.
CREATE TABLE leases (
    name VARCHAR(100) PRIMARY KEY,
    holder VARCHAR(100),
    fence BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE pending_logins (
    id VARCHAR(128) PRIMARY KEY,
    provider VARCHAR(20) NOT NULL,
    body TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE vault_keys (
    id VARCHAR(100) PRIMARY KEY,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE search_cache (
    key VARCHAR(255) PRIMARY KEY,
    body TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX search_cache_by_expiry ON search_cache (expires_at);
