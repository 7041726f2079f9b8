"""A library whose photos have words of every kind, and strategies for nasty ones."""

import io
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from hypothesis import strategies as st

from storage import concepts
from storage.exchange.exporting import write_records
from storage.library import Library
from storage.schema import Field, Origin, TagState, TextState
from storage.spelling import fold
from tests.storage.conftest import TREE


@dataclass(frozen=True)
class Words:
    """Words of one photo, to be put into a library."""

    texts: Mapping[tuple[Field, str], tuple[str, TextState, str | None]] = field(default_factory=dict)
    tags: Mapping[str, tuple[TagState, float | None, int | None]] = field(default_factory=dict)


NASTY = [
    "=cmd|' /C calc'!A0",
    "'=already quoted",
    "'",
    "+1",
    "-1",
    "@SUM(A1)",
    "＝１＋１",
    '"quoted", and; separated | words',
    "two\nlines",
    "carriage\r\nreturn",
    "tab\tinside",
    "עברית and العربية",
    "\u202eright to left\u202c",
    "\ufeffmark",
    "\U0001f415‍🦺 e\u0301",
    "back\\slash; [bracket] (0.9) ×2",
    "<script>alert(1)</script>",
    "NULL",
    "0012",
]

texts = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\r\t"), min_size=1, max_size=20),
).filter(lambda text: text.strip() == text and text != "")

tag_names = texts.map(lambda text: " ".join(text.split())).filter(lambda word: fold(word) != "")

text_values = st.one_of(
    st.tuples(texts, st.just(TextState.APPROVED), st.none()),
    st.tuples(texts, st.sampled_from([TextState.DRAFT, TextState.REJECTED]), st.one_of(st.none(), texts)),
)

words = st.builds(
    Words,
    texts=st.dictionaries(
        st.tuples(st.sampled_from(Field), st.sampled_from(["en", "de", "pt-BR", "zh-Hant"])), text_values, max_size=4
    ),
    tags=st.dictionaries(
        st.one_of(st.sampled_from([row.name for row in TREE]), tag_names),
        st.tuples(
            st.sampled_from(TagState),
            st.one_of(st.none(), st.floats(0, 1)),
            st.one_of(st.none(), st.integers(0, 9)),
        ),
        max_size=4,
    ),
)


def put_words(library: Library, photo: int, given: Words, *, origin: Origin = Origin.MODEL) -> None:
    """Make a photo's words exactly these."""
    with library.write() as block:
        run = block.connection.exec_driver_sql
        run("DELETE FROM text WHERE photo_id = ?", (photo,))
        run("DELETE FROM tag WHERE photo_id = ?", (photo,))
        for (field_, language), (text, state, plain) in given.texts.items():
            run(
                "INSERT INTO text VALUES (?, ?, ?, ?, ?, ?, ?)",
                (photo, int(field_), language, text, plain, int(origin), int(state)),
            )
        for name, (tag_state, score, count) in given.tags.items():
            run(
                "INSERT OR REPLACE INTO tag VALUES (?, ?, ?, ?, ?, ?)",
                (photo, concepts.for_keyword(block.connection, name), int(origin), int(tag_state), score, count),
            )
        block.touch(photo)


def exported(library: Library, ids: Sequence[int], format: str) -> bytes:
    """What an export of these photos writes."""
    stream = io.BytesIO()
    with closing(write_records(library, ids, stream, format)) as steps:
        for _ in steps:
            pass
    return stream.getvalue()
