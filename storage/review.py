"""What a person does with suggestions: approve, reject, edit. Each step is one batch in the history.

Invariants: nothing here is called by a machine; a text that a person typed has origin USER and is never overwritten by
a lower origin; a rejected tag keeps its row, so that it is not proposed again.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from storage import concepts, keyword_tree
from storage.batch_step import apply, present
from storage.job import KnownError
from storage.library import Library, Write
from storage.schema import Field, Origin, TagState, TextState
from storage.suggestions import TextProposal

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.photos import PhotoDetail

LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
"""A language as XML wants it in `xml:lang` (BCP 47: primary subtag, then subtags of 2 to 8 letters or digits)."""


def approve(library: Library, photos: Sequence[int], *, seen: "PhotoDetail | None" = None) -> int:
    """Approve what is proposed for these photos: drafts lose their hedge, remaining suggested tags are accepted.

    Args:
        seen: what a person saw of the one photo; where a machine proposes something else by now, nothing is approved.

    Returns:
        how many photos had something to approve.
    """

    def step(block: Write, ids: str) -> None:
        _approve(block.connection, ids)

    def choose(connection: "Connection", ids: str) -> Iterable[int]:
        return [] if seen is not None and _is_other(connection, seen) else with_proposals(connection, ids)

    return apply(library, "approve", photos, step, only=choose)


def draft(library: Library, photo: int, proposals: Iterable[TextProposal]) -> list[TextProposal]:
    """Put drafts in place that a person asked for; words of a person, of the file or approved ones stay.

    Returns:
        those that found a place.
    """
    placed: list[TextProposal] = []

    def free(connection: "Connection", ids: str) -> Iterable[int]:
        kept = f"origin != {int(Origin.MODEL)} OR state = {int(TextState.APPROVED)}"
        taken = connection.exec_driver_sql(f"SELECT field, language FROM text WHERE photo_id IN ({ids}) AND ({kept})")
        keys = {(Field(field), language) for field, language in taken}
        placed.extend(one for one in proposals if (one.field, one.language) not in keys)
        return [photo] if placed else []

    def step(block: Write, ids: str) -> None:
        block.connection.exec_driver_sql(
            "INSERT OR REPLACE INTO text (photo_id, field, language, text, plain, origin, state) "
            f"SELECT id, ?, ?, ?, ?, {int(Origin.MODEL)}, {int(TextState.DRAFT)} FROM photo WHERE id IN ({ids})",
            [(int(one.field), one.language, one.text, one.plain) for one in placed],
        )

    apply(library, "draft a text of", [photo], step, only=free)
    return placed


def reject(library: Library, photos: Sequence[int]) -> int:
    """Reject the proposed texts of these photos; they are not proposed again. Tags stay as they are.

    Returns:
        how many photos had a proposed text.
    """

    def step(block: Write, ids: str) -> None:
        block.connection.exec_driver_sql(
            f"UPDATE text SET state = {int(TextState.REJECTED)} "
            f"WHERE state = {int(TextState.DRAFT)} AND photo_id IN ({ids})"
        )

    return apply(library, "reject the text of", photos, step, only=_with_drafts)


def withdraw(library: Library, photos: Sequence[int]) -> int:
    """Take the approval of texts back: they are drafts again, with the words they have.

    Returns:
        how many photos had an approved text.
    """

    def step(block: Write, ids: str) -> None:
        block.connection.exec_driver_sql(
            f"UPDATE text SET state = {int(TextState.DRAFT)} "
            f"WHERE state = {int(TextState.APPROVED)} AND photo_id IN ({ids})"
        )

    return apply(library, "take back the approval of", photos, step)


def set_text(
    library: Library,
    photos: Sequence[int],
    words: str,
    *,
    field: Field = Field.ALT_TEXT,
    language: str = "en",
    approve: bool = True,
) -> int:
    """Give these photos a text that a person typed; an empty one removes the text, and no machine proposes it again.

    Args:
        words: white space at its ends is dropped; newlines inside are kept.
        approve: False keeps it a draft.

    Returns:
        how many photos were given.

    Raises:
        KnownError: the language is no language tag.
        KnownError: the text has characters that no file format can carry.
    """
    if not LANGUAGE_TAG.fullmatch(language):
        raise KnownError(f"“{language}” is not a language tag; write “en”, “de” or “pt-BR”.")
    words = words.strip()
    check_words(words)
    state = TextState.APPROVED if approve else TextState.DRAFT

    def step(block: Write, ids: str) -> None:
        run = block.connection.exec_driver_sql
        where = f"photo_id IN ({ids}) AND field = ? AND language = ?"
        if not words:
            _remove(block.connection, where, (int(field), language))
        else:
            run(f"DELETE FROM text WHERE {where}", (int(field), language))
            run(
                "INSERT INTO text (photo_id, field, language, text, plain, origin, state) "
                f"SELECT id, ?, ?, ?, NULL, ?, ? FROM photo WHERE id IN ({ids})",
                (int(field), language, words, int(Origin.USER), int(state)),
            )

    return apply(library, "set the text of" if words else "remove the text of", photos, step)


def approve_text(
    library: Library, photo: int, words: str, *, language: str = "en", seen: "PhotoDetail | None" = None
) -> None:
    """Approve a photo with the words that stand in the editor: edited words count as a person's.

    Args:
        seen: what a person saw of the photo; where a machine proposes something else by now, only the words that stand
            in the editor are approved.

    Raises:
        KnownError: the text has characters that no file format can carry.
    """
    words = words.strip()
    check_words(words)

    def step(block: Write, ids: str) -> None:
        run = block.connection.exec_driver_sql
        where = "photo_id = ? AND field = 0 AND language = ?"
        other = seen is not None and _is_other(block.connection, seen)
        # Asked inside the block: a job may have made another draft since the editor was filled.
        current = run(f"SELECT text, plain FROM text WHERE {where} AND state < 2", (photo, language)).first()
        if current is None or words not in [text.strip() for text in current if text is not None]:
            if not words:
                _remove(block.connection, where, (photo, language))
            else:
                run(f"DELETE FROM text WHERE {where}", (photo, language))
                run(
                    "INSERT INTO text VALUES (?, 0, ?, ?, NULL, ?, ?)",
                    (photo, language, words, int(Origin.USER), int(TextState.APPROVED)),
                )
        if other:
            run(f"{_APPROVE_TEXTS} AND {where}", (photo, language))
        else:
            _approve(block.connection, ids)

    apply(library, "approve", [photo], step)


def _remove(connection: "Connection", where: str, values: tuple[object, ...]) -> None:
    """Remove texts; a machine's one is rejected instead, as the next description would bring it back."""
    machine = f"origin = {int(Origin.MODEL)}"
    rejected = int(TextState.REJECTED)
    connection.exec_driver_sql(f"UPDATE text SET state = {rejected} WHERE {machine} AND {where}", values)
    connection.exec_driver_sql(f"DELETE FROM text WHERE state != {rejected} AND {where}", values)


def judge_tag(library: Library, photos: Sequence[int], concept: int, state: TagState) -> int:
    """Accept, reject or leave open one tag of these photos, where they have it.

    Returns:
        how many photos have it.
    """
    verb = {TagState.ACCEPTED: "accept", TagState.REJECTED: "reject", TagState.SUGGESTED: "leave open"}[state]

    def step(block: Write, ids: str) -> None:
        _judge(block.connection, concept, state, ids)

    def having(connection: "Connection", ids: str) -> Iterable[int]:
        return [
            int(photo)
            for (photo,) in connection.exec_driver_sql(
                f"SELECT photo_id FROM tag WHERE concept_id = ? AND photo_id IN ({ids})", (concept,)
            )
        ]

    return apply(library, f"{verb} a tag of", photos, step, only=having)


def add_tag(library: Library, photos: Sequence[int], keyword: str) -> int | None:
    """Give these photos a keyword of the user's; accepted at once.

    Args:
        keyword: a word, or a path of keywords, outermost first: "Animals|Dogs|Rex" is the keyword "Rex" at that place.

    Returns:
        the concept's id, or None where there was no photo to give it to.

    Raises:
        KnownError: the keyword is empty, or has characters that no file format can carry.
    """
    keyword = _keyword(keyword)
    chosen: list[int] = []

    def step(block: Write, ids: str) -> None:
        chosen.append(_give(block.connection, keyword, ids))

    apply(library, f"add “{keyword}” to", photos, step)
    return chosen[-1] if chosen else None


def change_tags(
    library: Library, photos: Sequence[int], *, add: Sequence[str] = (), remove: Collection[int] = ()
) -> int:
    """Add keywords to these photos and reject tags of them, as one batch.

    Args:
        add: keywords; accepted at once.
        remove: concepts, rejected where a photo has them, so that they are not proposed again.

    Returns:
        how many photos were changed.

    Raises:
        KnownError: a keyword is empty, or has characters that no file format can carry.
    """
    keywords = [_keyword(keyword) for keyword in add]

    def step(block: Write, ids: str) -> None:
        for concept in remove:
            _judge(block.connection, concept, TagState.REJECTED, ids)
        for keyword in keywords:
            _give(block.connection, keyword, ids)

    def having(connection: "Connection", ids: str) -> Iterable[int]:
        if keywords:
            return present(connection, ids)
        concepts_ = ",".join(str(int(c)) for c in remove)
        return [
            int(photo)
            for (photo,) in connection.exec_driver_sql(
                f"SELECT DISTINCT photo_id FROM tag WHERE concept_id IN ({concepts_}) "
                f"AND state < {int(TagState.REJECTED)} AND photo_id IN ({ids})"
            )
        ]

    return apply(library, "change the tags of", photos, step, only=having) if keywords or remove else 0


def _keyword(typed: str) -> str:
    keyword = "|".join(keyword_tree.parts_of(typed))
    if not keyword:
        raise KnownError("A tag needs at least one letter.")
    check_words(keyword)
    return keyword


def _give(connection: "Connection", keyword: str, ids: str) -> int:
    path = keyword_tree.parts_of(keyword)
    concept = concepts.for_keyword(connection, path[-1])
    if len(path) > 1:
        keyword_tree.give(connection, map(int, ids.split(",")), concept, path)
    connection.exec_driver_sql(
        "INSERT INTO tag (photo_id, concept_id, origin, state, score, count) "
        f"SELECT id, ?, {int(Origin.USER)}, {int(TagState.ACCEPTED)}, NULL, NULL FROM photo WHERE id IN ({ids}) "
        "ON CONFLICT (photo_id, concept_id) DO UPDATE SET origin = excluded.origin, state = excluded.state",
        (concept,),
    )
    return concept


def _judge(connection: "Connection", concept: int, state: TagState, ids: str) -> None:
    connection.exec_driver_sql(
        f"UPDATE tag SET state = ? WHERE concept_id = ? AND photo_id IN ({ids})", (int(state), concept)
    )
    # A draft was made from the tags as they were; the next description makes it again.
    connection.exec_driver_sql(f"UPDATE photo SET described = NULL WHERE id IN ({ids})")


def check_words(words: str) -> None:
    """Refuse characters that XML, and so a photo's metadata, can't hold (XML 1.0, 2.2).

    Raises:
        KnownError: the text has such characters.
    """
    if any((c < " " and c not in "\n\r\t") or 0xD800 <= ord(c) < 0xE000 or c in "\ufffe\uffff" for c in words):
        raise KnownError("The text has control characters that can't be written into a photo. Please remove them.")


def _is_other(connection: "Connection", seen: "PhotoDetail") -> bool:
    """Whether a machine proposes something for a photo that was not there when a person looked."""
    run, model, photo = connection.exec_driver_sql, int(Origin.MODEL), seen.row.id
    texts = run(
        f"SELECT field, language, text FROM text WHERE photo_id = ? AND origin = {model} "
        f"AND state = {int(TextState.DRAFT)}",
        (photo,),
    )
    tags = run(f"SELECT concept_id FROM tag WHERE photo_id = ? AND state = {int(TagState.SUGGESTED)}", (photo,))
    known = {(int(text.field), text.language, text.text) for text in seen.texts}
    return not (known.issuperset(map(tuple, texts)) and {t.concept for t in seen.tags}.issuperset(tags.scalars()))


_APPROVE_TEXTS = (
    f"UPDATE text SET state = {int(TextState.APPROVED)}, text = coalesce(plain, text), plain = NULL "
    f"WHERE state = {int(TextState.DRAFT)}"
)


def _approve(connection: "Connection", ids: str) -> None:
    connection.exec_driver_sql(f"{_APPROVE_TEXTS} AND photo_id IN ({ids})")
    connection.exec_driver_sql(
        f"UPDATE tag SET state = {int(TagState.ACCEPTED)} "
        f"WHERE state = {int(TagState.SUGGESTED)} AND photo_id IN ({ids})"
    )


def _with_drafts(connection: "Connection", ids: str) -> Iterable[int]:
    return [
        int(photo)
        for (photo,) in connection.exec_driver_sql(
            f"SELECT DISTINCT photo_id FROM text WHERE state = {int(TextState.DRAFT)} AND photo_id IN ({ids})"
        )
    ]


def with_proposals(connection: "Connection", ids: str) -> Iterable[int]:
    """Which of these photos, given as SQL text, have a draft or a suggested tag."""
    return [
        int(photo)
        for (photo,) in connection.exec_driver_sql(
            f"SELECT photo_id FROM text WHERE state = {int(TextState.DRAFT)} AND photo_id IN ({ids}) "
            f"UNION SELECT photo_id FROM tag WHERE state = {int(TagState.SUGGESTED)} AND photo_id IN ({ids})"
        )
    ]
