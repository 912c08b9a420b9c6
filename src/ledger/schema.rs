//! The ledger's tables and their versions.
//!
//! `user_version` counts the migrations applied, each in one transaction; `application_id` tells our file from
//! another program's. A released migration never changes: a new one is added.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::LedgerError;

/// "publ" in ASCII: what `file(1)` and we know the ledger by.
const APPLICATION_ID: i64 = 0x7075_626C;

/// Every migration, oldest first.
const MIGRATIONS: [&str; 3] = [V1, V2, V3];

/// Applies what is missing, in one transaction.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), LedgerError> {
    let current = is_current(connection, path)?;
    // A copy of a ledger isn't in this mode, and a plan reads on one connection while it writes on another.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    if current {
        return Ok(());
    }
    apply(connection)
}

/// Tells whether the file has the last version's tables; an empty one hasn't.
pub(super) fn is_current(connection: &Connection, path: &Path) -> Result<bool, LedgerError> {
    if is_empty(connection)? {
        return Ok(false);
    }
    let (application, version, _) = identity(connection)?;
    if application != APPLICATION_ID {
        return Err(LedgerError::Foreign { path: path.to_owned() });
    }
    if version > known() {
        return Err(LedgerError::Newer { path: path.to_owned(), found: version, known: known() });
    }
    Ok(version == known())
}

fn is_empty(connection: &Connection) -> Result<bool, LedgerError> {
    Ok(identity(connection)? == (0, 0, 0))
}

/// Gives the last version that this agent knows.
fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Gives the file's application id, its version and its number of tables.
fn identity(connection: &Connection) -> Result<(i64, i64, i64), LedgerError> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get(0));
    let tables = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok((pragma("application_id")?, pragma("user_version")?, tables))
}

/// Another process may have applied them meanwhile: the version is read again under the lock.
fn apply(connection: &mut Connection) -> Result<(), LedgerError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for (_, migration) in (0..).zip(MIGRATIONS).filter(|(version, _)| *version >= done) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", known())?;
    Ok(transaction.commit()?)
}

/// Times (`*_at`, `*_now`) are milliseconds since 1970 in UTC; dates are ISO text; digests are 32 bytes; sizes are
/// bytes; flags are 0 or 1.
const V1: &str = r"
-- One (channel, target): rule 1.
CREATE TABLE series (
    id                    INTEGER PRIMARY KEY,
    channel               TEXT NOT NULL,
    target                TEXT NOT NULL,
    series_id             TEXT NOT NULL UNIQUE,        -- random, stands in each publication; rule 5
    last_sequence         INTEGER NOT NULL DEFAULT 0,  -- last number given, delivered or not
    delivered_sequence    INTEGER,                     -- NULL = none yet: the first publication
    delivered_publication INTEGER,
    delivered_now         INTEGER,                     -- the own time of the last confirmed publication; rule 14
    confirmed_at          INTEGER,                     -- when it was confirmed
    UNIQUE (channel, target)
) STRICT;

CREATE TABLE run (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    trigger     TEXT NOT NULL CHECK (trigger IN ('slot', 'manual', 'catch-up', 'retry')),
    started_at  INTEGER NOT NULL,
    ended_at    INTEGER,                               -- NULL = running, or killed
    outcome     TEXT NOT NULL DEFAULT 'running',       -- code; 'interrupted' = found dead by a later run
    exit_code   INTEGER
) STRICT;

-- The last form seen of each channel's schedule, and since when it stands: no slot before is due; rule 17.
CREATE TABLE schedule_form (
    channel   TEXT PRIMARY KEY,
    form      TEXT NOT NULL,
    since_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE slot (
    id          INTEGER PRIMARY KEY,                   -- the order of the claims
    channel     TEXT NOT NULL,
    local_date  TEXT NOT NULL,
    local_time  TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('claimed', 'collapsed')),
    claimed_at  INTEGER NOT NULL,
    failures    INTEGER NOT NULL DEFAULT 0,            -- tries that failed; rule 16
    ended_at    INTEGER NOT NULL,                      -- the end of the last try; at first the claim
    finished    INTEGER NOT NULL DEFAULT 0,            -- nothing is left to try
    UNIQUE (channel, local_date, local_time)
) STRICT;

CREATE TABLE publication (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    series        INTEGER NOT NULL REFERENCES series (id),
    run           INTEGER NOT NULL,
    opened_at     INTEGER NOT NULL,
    stage         TEXT NOT NULL,                       -- the fold of its facts, kept beside them
    sequence      INTEGER,                             -- reserved when its XML began
    previous      INTEGER,                             -- last delivered sequence at that moment; NULL = none
    plan_digest   BLOB,
    plan_removals INTEGER
) STRICT;
CREATE INDEX publication_by_series ON publication (series, id);
CREATE UNIQUE INDEX publication_in_flight ON publication (series)
    WHERE stage NOT IN ('held', 'settled', 'superseded');

-- Append only. No name, no amount, no secret.
CREATE TABLE fact (
    publication  INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    n            INTEGER NOT NULL,
    body         TEXT NOT NULL,                        -- JSON of a FactRecord
    PRIMARY KEY (publication, n)
) STRICT, WITHOUT ROWID;

-- The documents that a publication lists. Deleted when it is over (titles stand in `listing`).
CREATE TABLE plan_document (
    publication      INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    document         TEXT NOT NULL,
    why              TEXT NOT NULL,
    notify           INTEGER NOT NULL,
    binder           INTEGER NOT NULL,
    published_on     TEXT,
    publish_request  INTEGER NOT NULL,
    content_digest   BLOB NOT NULL,
    listing_digest   BLOB NOT NULL,
    listing          TEXT NOT NULL,                    -- JSON for the XML
    remote_name      TEXT,                             -- NULL = not uploaded yet
    size_bytes       INTEGER,
    sha256           BLOB,
    PRIMARY KEY (publication, document)
) STRICT, WITHOUT ROWID;

-- What a publication withdraws: rule 8.
CREATE TABLE plan_removal (
    publication  INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    kind         TEXT NOT NULL CHECK (kind IN ('document', 'account', 'access', 'section')),
    ref          TEXT NOT NULL,
    reason       TEXT NOT NULL,
    successor    INTEGER,                              -- event that must be listed for this to leave; G6
    PRIMARY KEY (publication, kind, ref)
) STRICT, WITHOUT ROWID;

-- Accounts and section parts as the source gives them now; what is live and absent or not present leaves.
CREATE TABLE plan_presence (
    publication  INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    kind         TEXT NOT NULL CHECK (kind IN ('account', 'section')),
    ref          TEXT NOT NULL,
    party        INTEGER,
    present      INTEGER NOT NULL,
    reason       TEXT,                                 -- why it leaves when it isn't present
    PRIMARY KEY (publication, kind, ref)
) STRICT, WITHOUT ROWID;

-- Temporary passwords to send: the number of the issue, never the password; rule 7.
CREATE TABLE plan_password (
    publication  INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    party        INTEGER NOT NULL,
    issue        INTEGER NOT NULL,
    PRIMARY KEY (publication, party)
) STRICT, WITHOUT ROWID;

-- Refusals and waits, each with its reason: rule 13. Kept until pruned.
CREATE TABLE plan_verdict (
    publication  INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    section      TEXT NOT NULL,
    record       TEXT NOT NULL,
    verdict      TEXT NOT NULL CHECK (verdict IN ('refused', 'held')),
    reason       TEXT NOT NULL,
    PRIMARY KEY (publication, section, record)
) STRICT, WITHOUT ROWID;

CREATE TABLE plan_count (
    publication  INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    section      TEXT NOT NULL,
    known        INTEGER NOT NULL,
    not_asked    INTEGER NOT NULL,
    unchanged    INTEGER NOT NULL,
    selected     INTEGER NOT NULL,
    published    INTEGER NOT NULL,
    held         INTEGER NOT NULL,
    refused      INTEGER NOT NULL,
    PRIMARY KEY (publication, section)
) STRICT, WITHOUT ROWID;

-- The documents of a series as last confirmed. Never pruned.
CREATE TABLE document (
    series           INTEGER NOT NULL REFERENCES series (id),
    document         TEXT NOT NULL,
    live             INTEGER NOT NULL,
    binder           INTEGER NOT NULL,
    published_on     TEXT,
    publish_request  INTEGER NOT NULL,
    content_digest   BLOB NOT NULL,
    listing_digest   BLOB NOT NULL,
    remote_name      TEXT NOT NULL,
    size_bytes       INTEGER NOT NULL,
    sha256           BLOB NOT NULL,
    publication      INTEGER NOT NULL,                 -- the last that listed or removed it
    live_since       INTEGER,                          -- the confirmation that made it visible; NULL = not live
    PRIMARY KEY (series, document)
) STRICT, WITHOUT ROWID;

CREATE TABLE presence (
    series  INTEGER NOT NULL REFERENCES series (id),
    kind    TEXT NOT NULL,
    ref     TEXT NOT NULL,
    party   INTEGER,
    live    INTEGER NOT NULL,
    PRIMARY KEY (series, kind, ref)
) STRICT, WITHOUT ROWID;

CREATE TABLE access (
    series  INTEGER NOT NULL REFERENCES series (id),
    party   INTEGER NOT NULL,
    live    INTEGER NOT NULL,
    issue   INTEGER NOT NULL DEFAULT 0,                -- last temporary password confirmed; 0 = none
    PRIMARY KEY (series, party)
) STRICT, WITHOUT ROWID;

-- Uploads: intended before the effect, then seen or failed.
CREATE TABLE upload (
    series       INTEGER NOT NULL REFERENCES series (id),
    remote_name  TEXT NOT NULL,
    publication  INTEGER NOT NULL,
    size_bytes   INTEGER NOT NULL,
    sha256       BLOB NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('intended', 'visible', 'failed')),
    reason       TEXT,
    at           INTEGER NOT NULL,
    PRIMARY KEY (series, remote_name)
) STRICT, WITHOUT ROWID;
CREATE INDEX upload_intended ON upload (series) WHERE state = 'intended';

-- Digests of attached files, by the SHA-256 of their path (a path may hold a name).
CREATE TABLE attached_file (
    path_digest  BLOB PRIMARY KEY,
    size_bytes   INTEGER NOT NULL,
    modified_ns  INTEGER NOT NULL,
    sha256       BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE login_refusal (
    host    TEXT NOT NULL,
    user    TEXT NOT NULL,
    secret  TEXT NOT NULL,                             -- short digest
    at      INTEGER NOT NULL
) STRICT;
CREATE INDEX login_refusal_by_login ON login_refusal (host, user, secret, at);

CREATE TABLE outbox (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    key        TEXT NOT NULL UNIQUE,                   -- what makes it exactly once
    kind       TEXT NOT NULL,
    body       TEXT,                                   -- JSON; NULL once done
    due_at     INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    done_at    INTEGER,
    words      TEXT                                    -- of the last failure
) STRICT;
CREATE INDEX outbox_due ON outbox (due_at) WHERE done_at IS NULL;
";

/// What a later publication must know of an earlier one beside its documents.
const V2: &str = r"
-- Events that a confirmed publication left out for want of a binder, with the counter that they had: linking a binder
-- later publishes none of them (C3). It is a fact about the event, whatever the series. Never pruned.
CREATE TABLE unbound_event (
    event            INTEGER PRIMARY KEY,
    publish_request  INTEGER NOT NULL
) STRICT;

CREATE TABLE plan_unbound (
    publication      INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    event            INTEGER NOT NULL,
    publish_request  INTEGER NOT NULL,
    PRIMARY KEY (publication, event)
) STRICT, WITHOUT ROWID;

-- The rights of each binder as last confirmed, by the codes of the statuses: whoever gains one sees its documents anew
-- (rule 14).
CREATE TABLE binder_right (
    series  INTEGER NOT NULL REFERENCES series (id),
    binder  INTEGER NOT NULL,
    status  TEXT NOT NULL,
    PRIMARY KEY (series, binder, status)
) STRICT, WITHOUT ROWID;

CREATE TABLE plan_right (
    publication  INTEGER NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    binder       INTEGER NOT NULL,
    status       TEXT NOT NULL,
    PRIMARY KEY (publication, binder, status)
) STRICT, WITHOUT ROWID;

-- The last issue of the temporary password that was confirmed when the access was revoked: one that comes back needs a
-- later one (D26). NULL = never revoked.
ALTER TABLE access ADD COLUMN revoked_issue INTEGER;
UPDATE access SET revoked_issue = issue WHERE NOT live;
";

/// What spares reading again what didn't change.
const V3: &str = r"
-- The digest of what a letter was made from, before any of it was read; NULL = not remembered yet.
ALTER TABLE document ADD COLUMN raw_digest BLOB;
-- What the file is, by its usual extension; NULL = not remembered yet.
ALTER TABLE attached_file ADD COLUMN kind TEXT;
";
