"""How a library file comes to today's schema: frozen SQL steps, counted by `PRAGMA user_version`.

A step that has been released is never edited: a library in the field was made by exactly that text. `tables.py`
describes the result for queries; a test holds both against each other. Steps are not generated from `tables.py`,
because it changes with the program and a step must not.
"""

import sqlite3

from storage.job import KnownError

APPLICATION_ID = 0x416C7466
"""SQLite application id, the letters "Altf", so that a foreign database is not taken for a library."""

_FIRST = """
CREATE TABLE root (path BLOB PRIMARY KEY, added TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE folder (id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE);
CREATE TABLE folder_problem (path BLOB PRIMARY KEY, message TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE photo (
    id INTEGER PRIMARY KEY,
    folder_id INTEGER NOT NULL REFERENCES folder (id),
    file BLOB NOT NULL,
    inode INTEGER NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    sidecar TEXT,
    digest BLOB,
    format TEXT,
    width INTEGER,
    height INTEGER,
    taken TEXT,
    camera TEXT,
    state INTEGER NOT NULL DEFAULT 0,
    people INTEGER,
    people_exact INTEGER NOT NULL DEFAULT 1,
    certainty REAL,
    described BLOB,
    missing_since TEXT,
    added TEXT NOT NULL,
    changed TEXT,
    place INTEGER,
    UNIQUE (folder_id, file)
);
CREATE UNIQUE INDEX photo_by_place ON photo (place) WHERE place IS NOT NULL;
CREATE INDEX photo_by_state ON photo (state) WHERE missing_since IS NULL;
CREATE INDEX photo_by_digest ON photo (digest);
CREATE INDEX missing_by_digest ON photo (digest) WHERE missing_since IS NOT NULL;
CREATE TABLE problem (
    photo_id INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    stage TEXT NOT NULL,
    message TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (photo_id, stage)
) WITHOUT ROWID;
CREATE TABLE concept (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL
);
CREATE TABLE concept_above (
    concept_id INTEGER NOT NULL REFERENCES concept (id) ON DELETE CASCADE,
    above_id INTEGER NOT NULL REFERENCES concept (id) ON DELETE CASCADE,
    PRIMARY KEY (above_id, concept_id)
) WITHOUT ROWID;
CREATE INDEX concept_above_by_concept ON concept_above (concept_id, above_id);
CREATE TABLE concept_word (
    word TEXT NOT NULL,
    concept_id INTEGER NOT NULL REFERENCES concept (id) ON DELETE CASCADE,
    own INTEGER NOT NULL,
    PRIMARY KEY (word, concept_id)
) WITHOUT ROWID;
CREATE TABLE tag (
    photo_id INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    concept_id INTEGER NOT NULL REFERENCES concept (id),
    origin INTEGER NOT NULL,
    state INTEGER NOT NULL,
    score REAL,
    count INTEGER,
    PRIMARY KEY (photo_id, concept_id)
) WITHOUT ROWID;
CREATE INDEX tag_by_concept ON tag (concept_id, state, photo_id);
CREATE TABLE run (
    photo_id INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    pack TEXT NOT NULL,
    version TEXT NOT NULL,
    digest BLOB,
    findings TEXT NOT NULL,
    PRIMARY KEY (photo_id, pack)
) WITHOUT ROWID;
CREATE TABLE text (
    photo_id INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    field INTEGER NOT NULL,
    language TEXT NOT NULL,
    text TEXT NOT NULL,
    plain TEXT,
    origin INTEGER NOT NULL,
    state INTEGER NOT NULL,
    PRIMARY KEY (photo_id, field, language)
) WITHOUT ROWID;
CREATE TABLE embedded (
    photo_id INTEGER PRIMARY KEY REFERENCES photo (id) ON DELETE CASCADE,
    words TEXT NOT NULL,
    in_file TEXT NOT NULL,
    target BLOB NOT NULL,
    at TEXT NOT NULL,
    ours INTEGER NOT NULL,
    outside TEXT
);
CREATE TABLE batch (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    at TEXT NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE batch_photo (
    batch_id INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    photo_id INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    words TEXT NOT NULL,
    PRIMARY KEY (batch_id, photo_id)
) WITHOUT ROWID;
CREATE TABLE file_write (
    id INTEGER PRIMARY KEY,
    batch_id INTEGER REFERENCES batch (id) ON DELETE CASCADE,
    photo_id INTEGER REFERENCES photo (id) ON DELETE SET NULL,
    target BLOB NOT NULL,
    intent BLOB NOT NULL,
    done INTEGER NOT NULL DEFAULT 0,
    undo BLOB,
    message TEXT,
    at TEXT NOT NULL
);
CREATE INDEX file_write_by_batch ON file_write (batch_id);
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE photo_words USING fts5 (
    facts, alt, caption, title, name, camera, folder, problem, ocr, tokenize = "ascii tokenchars '#'", columnsize = 0
);
CREATE VIRTUAL TABLE photo_word_list USING fts5vocab (photo_words, row);
CREATE TRIGGER photo_gone AFTER DELETE ON photo WHEN old.place IS NOT NULL BEGIN
    DELETE FROM photo_words WHERE rowid = old.place;
END;
"""

_WRITES_BY_PHOTO = """
CREATE INDEX file_write_by_photo ON file_write (photo_id);
CREATE INDEX file_write_by_outcome ON file_write (batch_id, done);
CREATE INDEX file_write_under_way ON file_write (id) WHERE done = 0;
DROP INDEX file_write_by_batch;
CREATE INDEX batch_photo_by_photo ON batch_photo (photo_id, batch_id);
CREATE INDEX batch_photo_by_batch ON batch_photo (batch_id);
"""
"""Without them every write into a file, every photo that leaves and every look at the history reads all of the past."""

_KEYWORD_PATHS = """
CREATE TABLE concept_path (
    concept_id INTEGER NOT NULL REFERENCES concept (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    origin INTEGER NOT NULL,
    PRIMARY KEY (concept_id, path, origin)
) WITHOUT ROWID;
CREATE TABLE tag_path (
    photo_id INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    concept_id INTEGER NOT NULL REFERENCES concept (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    PRIMARY KEY (photo_id, concept_id)
) WITHOUT ROWID;
DELETE FROM setting WHERE key = 'vocabulary';
"""
"""Where keywords stand in people's hierarchies; the vocabulary is installed anew, which fills the first table."""

_FOLDER_MARKS = """
ALTER TABLE folder ADD COLUMN mark BLOB;
CREATE TRIGGER photo_came AFTER INSERT ON photo BEGIN
    UPDATE folder SET mark = NULL WHERE id = new.folder_id AND mark IS NOT NULL;
END;
CREATE TRIGGER photo_changed AFTER UPDATE OF folder_id, file, inode, size, mtime_ns, sidecar, missing_since ON photo
BEGIN
    UPDATE folder SET mark = NULL WHERE id IN (old.folder_id, new.folder_id) AND mark IS NOT NULL;
END;
CREATE TRIGGER photo_left AFTER DELETE ON photo BEGIN
    UPDATE folder SET mark = NULL WHERE id = old.folder_id AND mark IS NOT NULL;
END;
"""
"""A rescan compares a folder that did not change in one step, whatever wrote to it last; see `scan.compare`."""

_LIKES = """
CREATE TABLE alike (
    likeness TEXT NOT NULL,
    photo_id INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    first_id INTEGER NOT NULL,
    digest BLOB,
    PRIMARY KEY (likeness, photo_id)
) WITHOUT ROWID;
CREATE INDEX alike_by_group ON alike (likeness, first_id);
CREATE INDEX alike_by_photo ON alike (photo_id);
"""
"""What was found to look alike can be searched for."""

_FACT_COUNTS = """
CREATE TABLE fact_count (fact TEXT PRIMARY KEY, photos INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO fact_count SELECT term, doc FROM photo_word_list
WHERE term >= '#' AND term < '$' AND substr(term, 2, 1) IN ('c', 'd', 'f', 'k', 'p', 'r', 's', 'y');
DROP TRIGGER photo_gone;
CREATE TRIGGER photo_gone AFTER DELETE ON photo WHEN old.place IS NOT NULL BEGIN
    UPDATE fact_count SET photos = photos - 1 WHERE fact IN (
        SELECT value FROM json_each((
            SELECT '["' || replace(facts, ' ', '","') || '"]' FROM photo_words WHERE rowid = old.place
        ))
    );
    DELETE FROM photo_words WHERE rowid = old.place;
END;
"""
"""The numbers beside concepts and folders are kept; counting them took 1.3 s in 1,000,000 photos (`search.counts`)."""

STEPS: tuple[str, ...] = (_FIRST, _WRITES_BY_PHOTO, _KEYWORD_PATHS, _FOLDER_MARKS, _LIKES, _FACT_COUNTS)
"""STEPS[n] brings a library from version n to n + 1."""


def migrate(connection: sqlite3.Connection, name: str) -> None:
    """Bring an open library file to the newest schema, all steps or none.

    Args:
        connection: in autocommit mode (`isolation_level=None`).
        name: what to call the file in a message.

    Raises:
        KnownError: the file is not a library, or a newer program made it.
    """
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    made_by = connection.execute("PRAGMA application_id").fetchone()[0]
    if made_by != APPLICATION_ID and connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise KnownError(f"“{name}” is a database of another program, not an Altfolio library.")
    if version == len(STEPS):
        return
    if version > len(STEPS):
        raise KnownError(
            f"The library “{name}” was made by a newer Altfolio. Please update Altfolio to open it; "
            "nothing in it was changed."
        )
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        for step in STEPS[version:]:
            for statement in _statements(step):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(STEPS)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> list[str]:
    """The statements of a script; `executescript` would commit the open transaction."""
    statements, pending = [], ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending)
            pending = ""
    return statements
