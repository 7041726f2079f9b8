"""Packets: what is written is found again, what others wrote stays, and nothing hostile is followed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.metadata import fields as f
from storage.metadata.apply import apply
from storage.metadata.containers.base import Refused
from storage.metadata.xmp import Xmp, parse

ALT = f.TEXT_FIELDS[0].write
LANGUAGES = st.sampled_from(["en", "de", "pt-BR", "zh", "ar", "he", "x-default", "fr-CA"])
TEXTS = st.one_of(
    st.text(min_size=1, max_size=80),
    st.sampled_from(
        ["🐈‍⬛ on a 🛋️", "一只灰猫\n睡在沙发上", "قطة رمادية تنام", "\u202eright to left\u202c", "a\r\nb", "<&]]>\"'"]
    ),
)
FOREIGN = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><!-- kept --><?adobe-xap-filters esc="CR"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Other 1.0"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="uuid:1" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" crs:Exposure="+0.50"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><crs:Curve><rdf:Seq><rdf:li>0, 0</rdf:li></rdf:Seq></crs:Curve>
<dc:creator><rdf:Seq><rdf:li>A. N.</rdf:li></rdf:Seq></dc:creator><!-- inside -->
<dc:subject><rdf:Bag><rdf:li>Beach</rdf:li></rdf:Bag></dc:subject></rdf:Description>
<rdf:Description rdf:about="uuid:1" xmlns:ext="http://example.org/ext/"><ext:deep rdf:parseType="Resource">
<ext:a>1</ext:a></ext:deep></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


@given(texts=st.dictionaries(LANGUAGES, TEXTS, max_size=5), words=st.lists(TEXTS, max_size=6))
def test_what_is_written_is_found_again(texts: dict[str, str], words: list[str]) -> None:
    xmp = parse(FOREIGN.encode())
    before = parse(FOREIGN.encode())
    edit = f.WordsEdit(alt_text=texts, extended_description=texts, keywords_add=tuple(words))
    done = apply(xmp, edit, default_language="de")
    again = parse(xmp.serialise())
    wanted = f.in_writing_order(texts, "de")
    assert again.lang_alt(ALT) == wanted
    assert list(wanted)[:1] in ([], ["x-default"])
    found = [f.folded(word) for word in again.items(f.KEYWORDS)]
    assert all(f.folded(f.cleaned(word)) in found for word in words if f.cleaned(word).strip())
    assert len(set(found)) == len(found) and again.items(f.KEYWORDS)[0] == "Beach"
    assert again.others(tuple(done.values)) == before.others(tuple(done.values))
    assert b"<x:xmpmeta" in xmp.serialise()


@given(
    texts=st.dictionaries(LANGUAGES, TEXTS, min_size=1, max_size=4),
    encoding=st.sampled_from(["utf-16-le", "utf-16-be"]),
)
def test_a_second_equal_edit_changes_nothing(texts: dict[str, str], encoding: str) -> None:
    xmp = Xmp()
    edit = f.WordsEdit(alt_text=texts, keywords_add=("cat", "Straße", "cafe\u0301"), paths_add=(("animal", "cat"),))
    apply(xmp, edit, default_language="en")
    again = parse(xmp.serialise().decode().encode(encoding))
    same = f.WordsEdit(alt_text=texts, keywords_add=("CAT", "STRASSE", "café"), paths_add=(("Animal", "Cat"),))
    assert not apply(again, same, default_language="en").values


def test_properties_come_in_every_form_that_is_allowed() -> None:
    rdf = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    one, two = "<rdf:li xml:lang='x-default'>one</rdf:li>", "<rdf:li xml:lang='de'>eins</rdf:li>"
    for body, expected in (
        ('<rdf:Description dc:title="one"/>', {"x-default": "one"}),
        ("<rdf:Description><dc:title>one</dc:title></rdf:Description>", {"x-default": "one"}),
        (
            "<rdf:Description><dc:title><rdf:Seq><rdf:li>one</rdf:li></rdf:Seq></dc:title></rdf:Description>",
            {"x-default": "one"},
        ),
        (
            f"<rdf:Description><dc:title><rdf:Alt>{one}{two}</rdf:Alt></dc:title></rdf:Description>",
            {"x-default": "one", "de": "eins"},
        ),
        ("<rdf:Description><dc:title><rdf:Alt><rdf:li> </rdf:li></rdf:Alt></dc:title></rdf:Description>", {}),
    ):
        xmp = parse(f"<rdf:RDF {rdf}>{body}</rdf:RDF>".encode())
        assert xmp.lang_alt(f.TEXT_FIELDS[3].write) == expected
        xmp.set_lang_alt(f.TEXT_FIELDS[3].write, {"x-default": "new"})
        again = parse(xmp.serialise())
        assert again.lang_alt(f.TEXT_FIELDS[3].write) == {"x-default": "new"}
        assert xmp.serialise().count(b"dc:title") == 2


def test_a_removed_keyword_leaves_the_hierarchies_and_others_stay() -> None:
    xmp = Xmp()
    start = f.WordsEdit(keywords_add=("cat", "dog"), paths_add=(("animal", "cat"), ("animal", "dog"), ("a/b", "c")))
    apply(xmp, start, default_language="en")
    assert xmp.items(f.TAGS_LIST) == ["animal/cat", "animal/dog"]
    assert xmp.items(f.HIERARCHY) == ["animal|cat", "animal|dog", "a/b|c"]
    done = apply(xmp, f.WordsEdit(keywords_remove=("CAT",)), default_language="en")
    assert done.removed == ("cat",) and done.paths_removed == (("animal", "cat"),)
    assert (xmp.items(f.KEYWORDS), xmp.items(f.TAGS_LIST)) == (["dog"], ["animal/dog"])


def test_no_description_that_is_only_read_survives_a_removal() -> None:
    xmp = Xmp()
    xmp.set_lang_alt(f.TEXT_FIELDS[1].also_read[0], {"x-default": "in the wrong place"})
    apply(xmp, f.WordsEdit(extended_description={}), default_language="en")
    assert not xmp.has(f.TEXT_FIELDS[1].also_read[0])


@pytest.mark.parametrize(
    ("packet", "cause"),
    [
        (
            b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x:xmpmeta xmlns:x="adobe:ns:meta/">&b;</x:xmpmeta>',
            "xmp-dtd",
        ),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x:xmpmeta xmlns:x="adobe:ns:meta/"/>', "xmp-dtd"),
        (b'<x:xmpmeta xmlns:x="adobe:ns:meta/">&undefined;</x:xmpmeta>', "xmp-unreadable"),
        (b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a/></x:xmpmeta>', "xmp-unreadable"),
        (b"not xml at all", "xmp-unreadable"),
        (b"", "xmp-unreadable"),
        (b"<a>\xff\xfe\xfd</a>", "xmp-unreadable"),
        (b"<a>" * 400 + b"</a>" * 400, "xmp-unreadable"),
        (b" " * (16 * 2**20 + 1), "xmp-too-large"),
    ],
)
def test_hostile_and_broken_packets_are_refused_by_cause(packet: bytes, cause: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(packet)
    assert refused.value.cause == cause


@given(st.binary(max_size=300))
def test_reading_leniently_never_crashes(packet: bytes) -> None:
    try:
        parse(FOREIGN.encode()[:400] + packet + FOREIGN.encode()[400:], lenient=True).lang_alt(ALT)
    except Refused:
        pass


def test_languages_are_matched_as_wordpress_does() -> None:
    texts = f.in_writing_order({"pt-BR": "um gato", "en": "a cat"}, "en")
    assert list(texts.items()) == [("x-default", "a cat"), ("pt-BR", "um gato"), ("en", "a cat"), ("pt", "um gato")]
    assert f.for_language(texts, "pt_PT") == "um gato"
    assert f.for_language(texts, "fr") == "a cat"
    assert f.for_language({}, "fr") == ""


@pytest.mark.parametrize(
    "text", ["OLYMPUS DIGITAL CAMERA         ", "SONY DSC", "Created with GIMP", "   ", "\0\0", "DCF 1.0", "dsc00123"]
)
def test_what_cameras_leave_is_no_caption(text: str) -> None:
    assert f.junk(text)


@pytest.mark.parametrize(
    "text", ["Camera obscura in Edinburgh", "Samsung tower at night", "Default Gateway, the band", "Mutter"]
)
def test_what_people_write_is_a_caption(text: str) -> None:
    assert not f.junk(text)
