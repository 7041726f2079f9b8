"""The tables of a library as SQLAlchemy sees them. Tables only: `migrations.py` makes them.

Paths are bytes (`os.fsencode`), because a file name need not be text. A photo's path is its folder's path and its
file name; a million photos then share a few thousand folder rows.
"""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.types import REAL

metadata = MetaData()

root = Table("root", metadata, Column("path", LargeBinary, primary_key=True), Column("added", Text))

folder = Table(
    "folder",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("path", LargeBinary, unique=True),
    Column("mark", LargeBinary),  # of the names and identities in it, None where a row has changed since
)

folder_problem = Table(
    "folder_problem",
    metadata,
    Column("path", LargeBinary, primary_key=True),
    Column("message", Text),
    Column("at", Text),
)

photo = Table(
    "photo",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("folder_id", Integer, ForeignKey("folder.id")),
    Column("file", LargeBinary),
    Column("inode", Integer),
    Column("size", Integer),
    Column("mtime_ns", Integer),
    Column("sidecar", Text),  # identity of the sidecar that was read with it, None without one
    Column("digest", LargeBinary),  # of the image data, not of the metadata
    Column("format", Text),
    Column("width", Integer),  # of the upright photo
    Column("height", Integer),
    Column("taken", Text),  # local time of the camera, ISO 8601 without zone
    Column("camera", Text),
    Column("state", Integer),
    Column("people", Integer),
    Column("people_exact", Integer),
    Column("certainty", REAL),
    Column("described", LargeBinary),  # fingerprint of the findings and rules the draft was made from
    Column("missing_since", Text),
    Column("added", Text),
    Column("changed", Text),  # when the row, tags, texts or problems last changed, UTC
    Column("place", Integer),  # rowid of its search row: newest taken first, see `search.index`; None while missing
)

problem = Table(
    "problem",
    metadata,
    Column("photo_id", Integer, ForeignKey("photo.id"), primary_key=True),
    Column("stage", Text, primary_key=True),
    Column("message", Text),
    Column("at", Text),
)

concept = Table(
    "concept",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, unique=True),
    Column("name", Text),
    Column("kind", Text),
)

concept_above = Table(
    "concept_above",  # every concept is also above itself
    metadata,
    Column("concept_id", Integer, ForeignKey("concept.id"), primary_key=True),
    Column("above_id", Integer, ForeignKey("concept.id"), primary_key=True),
)

concept_word = Table(
    "concept_word",
    metadata,
    Column("word", Text, primary_key=True),  # as `spelling.spelled` writes it
    Column("concept_id", Integer, ForeignKey("concept.id"), primary_key=True),
    Column("own", Integer),  # 1 where it is the concept's name or key, 0 for plurals, synonyms and other languages
)

concept_path = Table(
    "concept_path",  # where a keyword stands in a hierarchy of people, see `keyword_tree.PathOrigin`
    metadata,
    Column("concept_id", Integer, ForeignKey("concept.id"), primary_key=True),
    Column("path", Text, primary_key=True),  # JSON list, outermost first, the keyword itself last
    Column("origin", Integer, primary_key=True),
)

tag = Table(
    "tag",
    metadata,
    Column("photo_id", Integer, ForeignKey("photo.id"), primary_key=True),
    Column("concept_id", Integer, ForeignKey("concept.id"), primary_key=True),
    Column("origin", Integer),
    Column("state", Integer),
    Column("score", REAL),
    Column("count", Integer),
)

tag_path = Table(
    "tag_path",  # the path a person gave one photo's keyword with; it goes before the concept's
    metadata,
    Column("photo_id", Integer, ForeignKey("photo.id"), primary_key=True),
    Column("concept_id", Integer, ForeignKey("concept.id"), primary_key=True),
    Column("path", Text),
)

run = Table(
    "run",
    metadata,
    Column("photo_id", Integer, ForeignKey("photo.id"), primary_key=True),
    Column("pack", Text, primary_key=True),
    Column("version", Text),
    Column("digest", LargeBinary),
    Column("findings", Text),
)

text = Table(
    "text",
    metadata,
    Column("photo_id", Integer, ForeignKey("photo.id"), primary_key=True),
    Column("field", Integer, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("text", Text),
    Column("plain", Text),  # a draft without its hedge, which approval puts in its place
    Column("origin", Integer),
    Column("state", Integer),
)

embedded = Table(
    "embedded",
    metadata,
    Column("photo_id", Integer, ForeignKey("photo.id"), primary_key=True),
    Column("words", Text),  # the library's words when they were last in step with the file
    Column("in_file", Text),  # the words read back from the file then
    Column("target", LargeBinary),
    Column("at", Text),
    Column("ours", Integer),  # 1 when Altfolio wrote them
    Column("outside", Text),  # the file's words where another program changed them since
)

batch = Table(
    "batch",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text),  # "review" or "embed"
    Column("label", Text),
    Column("at", Text),
    Column("undone", Integer),
)

batch_photo = Table(
    "batch_photo",
    metadata,
    Column("batch_id", Integer, ForeignKey("batch.id"), primary_key=True),
    Column("photo_id", Integer, ForeignKey("photo.id"), primary_key=True),
    Column("words", Text),  # tags and texts before the batch (after it, once it is undone)
)

file_write = Table(
    "file_write",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("batch_id", Integer, ForeignKey("batch.id")),
    Column("photo_id", Integer, ForeignKey("photo.id")),
    Column("target", LargeBinary),
    Column("intent", LargeBinary),
    Column("done", Integer),  # 0 under way, 1 written, 2 undone, 3 failed
    Column("undo", LargeBinary),
    Column("message", Text),
    Column("at", Text),
)

fact_count = Table(
    "fact_count",  # how many photos have a fact of the search; see `search.counts`
    metadata,
    Column("fact", Text, primary_key=True),
    Column("photos", Integer),
)

setting = Table("setting", metadata, Column("key", Text, primary_key=True), Column("value", Text))
