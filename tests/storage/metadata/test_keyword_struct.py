"""The keyword tree of the Metadata Working Group: read as other programs write it, kept in step, never invented."""

from hypothesis import given
from hypothesis import strategies as st

from storage.metadata import keyword_struct
from storage.metadata.apply import apply
from storage.metadata.fields import HIERARCHY, KEYWORD_TREE, KEYWORDS, TAGS_LIST, WordsEdit
from storage.metadata.xmp import Xmp, parse

HEAD = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:mwg-kw="http://www.metadataworkinggroup.com/schemas/keywords/">'
)
TAIL = "</rdf:Description></rdf:RDF></x:xmpmeta>"


def packet(nodes: str) -> Xmp:
    return parse(
        (
            f'{HEAD}<mwg-kw:Keywords rdf:parseType="Resource"><mwg-kw:Hierarchy><rdf:Bag>{nodes}</rdf:Bag>'
            f"</mwg-kw:Hierarchy></mwg-kw:Keywords>{TAIL}"
        ).encode()
    )


def node(name: str, *children: str, applied: str = "") -> str:
    mark = f"<mwg-kw:Applied>{applied}</mwg-kw:Applied>" if applied else ""
    below = f"<mwg-kw:Children><rdf:Bag>{''.join(children)}</rdf:Bag></mwg-kw:Children>" if children else ""
    return f'<rdf:li rdf:parseType="Resource"><mwg-kw:Keyword>{name}</mwg-kw:Keyword>{mark}{below}</rdf:li>'


def test_leaves_are_applied_and_others_where_they_say_so() -> None:
    xmp = packet(node("Animals", node("Dogs", node("Rex"), applied="True"), node("Cats", applied="False")))
    assert keyword_struct.paths(xmp) == [("Animals", "Dogs"), ("Animals", "Dogs", "Rex")]
    described = '<rdf:li><rdf:Description mwg-kw:Keyword="Trips"/></rdf:li><rdf:li mwg-kw:Keyword="Home"/>'
    assert keyword_struct.paths(packet(described)) == [("Trips",), ("Home",)]


def test_an_edit_keeps_the_tree_in_step_and_takes_away_only_what_it_names() -> None:
    xmp = packet(node("Animals", node("Dogs")) + node("Trips"))
    edit = WordsEdit(keywords_add=("Rex",), paths_add=(("animals", "Dogs", "Rex"),))
    done = apply(xmp, edit, default_language="en")
    assert keyword_struct.paths(xmp) == [("Animals", "Dogs"), ("Animals", "Dogs", "Rex"), ("Trips",)]
    assert xmp.items(HIERARCHY) == ["animals|Dogs|Rex"] and xmp.items(TAGS_LIST) == ["animals/Dogs/Rex"]
    assert done.paths_added == (("animals", "Dogs", "Rex"),)
    again = apply(xmp, edit, default_language="en")
    assert again.values == {}
    taken = apply(xmp, WordsEdit(keywords_remove=done.added, paths_remove=done.paths_added), default_language="en")
    assert keyword_struct.paths(xmp) == [("Animals", "Dogs"), ("Trips",)] and taken.paths_removed
    assert not xmp.has(KEYWORDS) and not xmp.has(HIERARCHY) and not xmp.has(TAGS_LIST)


def test_branches_go_with_their_last_keyword_and_others_stay() -> None:
    xmp = packet(node("A", node("B", node("C")), node("D")) + node("E"))
    apply(xmp, WordsEdit(keywords_remove=("c",)), default_language="en")
    assert keyword_struct.paths(xmp) == [("A", "D"), ("E",)]


def test_no_tree_is_made_where_there_was_none() -> None:
    xmp = Xmp()
    apply(xmp, WordsEdit(paths_add=(("A", "B"),)), default_language="en")
    assert not xmp.has(KEYWORD_TREE) and xmp.items(HIERARCHY) == ["A|B"]


names = st.sampled_from(["A", "B", "c", "Ä", "x y"])
some_paths = st.lists(st.lists(names, min_size=1, max_size=4).map(tuple), max_size=6)


@given(before=some_paths, added=some_paths)
def test_what_is_added_is_found_and_gone_when_it_is_removed(before: list, added: list) -> None:  # type: ignore[type-arg]
    xmp = packet(node("root"))
    keyword_struct.change(xmp, add=before, remove=())
    start = {*before, ("root",)}
    assert set(keyword_struct.paths(xmp)) == start
    keyword_struct.change(xmp, add=added, remove=())
    assert set(keyword_struct.paths(xmp)) == start | set(added)
    keyword_struct.change(xmp, add=(), remove=[path for path in added if path not in start])
    assert set(keyword_struct.paths(parse(xmp.serialise()))) == start
