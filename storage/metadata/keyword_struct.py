"""Hierarchical keywords as the Metadata Working Group structures them: read, and kept in step where a packet has them.

Lightroom and digiKam write each path as one text; `mwg-kw:Keywords` is a tree of nodes with a name, children, and a
mark that says whether the keyword itself is applied to the photo. Where another program keeps such a tree, a keyword
that is added or removed here has to be added or removed there, or it would contradict our words or bring them back.
A packet without the tree gets none.

Source: Metadata Working Group, Guidelines for Handling Image Metadata 2.0, 5.10 (2010). Invariant: nodes of others,
and what they hold besides, keep their place.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from lxml import etree

from storage.metadata.fields import KEYWORD_TREE, NAMESPACES, RDF, folded
from storage.metadata.xmp import Element, Xmp

_NAME, _CHILDREN, _APPLIED, _ROOTS = (
    f"{{{NAMESPACES['mwg-kw']}}}{local}" for local in ("Keyword", "Children", "Applied", "Hierarchy")
)
_LI: Final = f"{{{RDF}}}li"
_DESCRIPTION: Final = f"{{{RDF}}}Description"
_DEPTH: Final = 64
"""Most levels that are followed; people's trees have fewer than ten."""

Path = tuple[str, ...]


def paths(xmp: Xmp) -> list[Path]:
    """The applied keywords, each from the outermost to itself."""
    return [path for root in _roots(xmp) for path, node in _walk(root, ()) if _is_applied(node)]


def change(xmp: Xmp, *, add: Sequence[Path], remove: Sequence[Path]) -> None:
    """Bring the tree in step, where there is one; `remove` names applied paths as `paths` gives them."""
    for root in _roots(xmp):
        gone = {tuple(map(folded, path)) for path in remove}
        for path, node in reversed(list(_walk(root, ()))):  # children before what they are below
            if _is_applied(node) and tuple(map(folded, path)) in gone:
                _take(node, root)
    for root in list(_roots(xmp))[:1]:
        for path in add:
            _apply(root, path)


def _roots(xmp: Xmp) -> Iterator[Element]:
    """The lists of outermost keywords."""
    for element in xmp.elements(KEYWORD_TREE):
        yield from (inner for inner in element.iter(_ROOTS) if _bag(inner) is not None)


def _bag(element: Element) -> Element | None:
    return next((child for child in element if child.tag in (f"{{{RDF}}}Bag", f"{{{RDF}}}Seq")), None)


def _walk(parent: Element, above: Path) -> Iterator[tuple[Path, Element]]:
    """Each node below `Hierarchy` or `Children` with its path, parents first."""
    bag = _bag(parent)
    for item in bag.iterchildren(_LI) if bag is not None and len(above) < _DEPTH else ():
        node = _node(item)
        name = (_value(node, _NAME) or "").strip()
        if name:
            yield (*above, name), node
            for children in node.iterchildren(_CHILDREN):
                yield from _walk(children, (*above, name))


def _node(item: Element) -> Element:
    """What holds a list item's fields: itself, or the description in it (XMP part 1, 7.5)."""
    inner = next(item.iterchildren(_DESCRIPTION), None)
    return item if inner is None else inner


def _value(node: Element, name: str) -> str | None:
    if name in node.attrib:
        return str(node.attrib[name])
    found = next(node.iterchildren(name), None)
    return None if found is None else found.text


def _is_applied(node: Element) -> bool:
    """A leaf is applied unless it says no, another node only if it says so (5.10.2)."""
    said = (_value(node, _APPLIED) or "").strip().lower()
    return said == "true" or (said != "false" and not _has_children(node))


def _has_children(node: Element) -> bool:
    return any(bag.find(_LI) is not None for child in node.iterchildren(_CHILDREN) if (bag := _bag(child)) is not None)


def _mark(node: Element, applied: bool) -> None:
    node.attrib.pop(_APPLIED, None)
    for old in list(node.iterchildren(_APPLIED)):
        node.remove(old)
    etree.SubElement(node, _APPLIED).text = "True" if applied else "False"


def _take(node: Element, root: Element) -> None:
    """Take a keyword away: its node, and those above it that were only there for it; a node with children stays."""
    if _has_children(node):
        _mark(node, False)
        return
    item = node if node.tag == _LI else node.getparent()
    bag = None if item is None else item.getparent()
    if item is None or bag is None:
        return
    bag.remove(item)
    children = bag.getparent()
    if children is None or children is root or bag.find(_LI) is not None:
        return
    above = children.getparent()
    if above is not None:
        above.remove(children)
        if (_value(above, _APPLIED) or "").strip().lower() != "true":
            _take(above, root)


def _apply(root: Element, path: Path) -> None:
    """Mark the node at a path as applied; nodes that are missing are made."""
    parent = root
    for number, name in enumerate(path):
        node = next((n for (found,), n in _children(parent) if folded(found) == folded(name)), None)
        last = number == len(path) - 1
        if node is None:
            node = _new_node(parent, name)
        elif not last and _is_applied(node) and _value(node, _APPLIED) is None:
            _mark(node, True)  # it was applied as a leaf, which it will no longer be
        elif last and not _is_applied(node):
            _mark(node, True)
        if not last:
            children = next(node.iterchildren(_CHILDREN), None)
            parent = etree.SubElement(node, _CHILDREN) if children is None else children


def _children(parent: Element) -> Iterator[tuple[Path, Element]]:
    return (found for found in _walk(parent, ()) if len(found[0]) == 1)


def _new_node(parent: Element, name: str) -> Element:
    bag = _bag(parent)
    if bag is None:
        bag = etree.SubElement(parent, f"{{{RDF}}}Bag")
    item = etree.SubElement(bag, _LI)
    item.set(f"{{{RDF}}}parseType", "Resource")
    etree.SubElement(item, _NAME).text = name
    return item
