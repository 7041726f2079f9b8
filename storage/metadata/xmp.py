"""One XMP packet: read securely, ask and set properties, write it again with everything of others as it was.

Invariants: no DTD, no entity, no network, no text above libxml2's limits (10 MB a node, 256 levels), no packet above
`PACKET_LIMIT`; UTF-8, UTF-16 or UTF-32 in, UTF-8 out; written packets have the prefix `x:` (WordPress 7.0 searches
the bytes for `<x:xmpmeta`), our properties as child elements, x-default first, 2 kB of padding. `others` is the
canonical form of all that is not ours, for the proof that it stayed equal.

Sources: XMP specification part 1 (ISO 16684-1:2019) for the packet (7.3) and the RDF forms (7.4–7.9), part 3 for
files.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from lxml import etree

from storage.metadata.containers.base import Refused
from storage.metadata.fields import DEFAULT, NAMESPACES, RDF, XMPMETA, Property

PACKET_LIMIT: Final = 16 * 2**20
"""Longest packet that is parsed. Real ones stay below 10 MB, even with embedded depth maps."""
PADDING: Final = 2048
"""White space in a new packet, so that later edits fit (XMP part 1, 7.3.2 recommends 2 to 4 kB)."""

_BEGIN: Final = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_END: Final = '<?xpacket end="w"?>'
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_DESCRIPTION: Final = f"{{{RDF}}}Description"
_LI: Final = f"{{{RDF}}}li"
_ABOUT: Final = (f"{{{RDF}}}about", "about")
_EMPTY: Final = (
    f'<x:xmpmeta xmlns:x="{XMPMETA}" x:xmptk="Altfolio">\n <rdf:RDF xmlns:rdf="{RDF}">\n'
    '  <rdf:Description rdf:about=""/>\n </rdf:RDF>\n</x:xmpmeta>'
)
_DECLARATION: Final = re.compile(r"\s*<\?xml\s[^>]*\?>")

Element = etree._Element


class Xmp:
    """A parsed packet. Make one with `parse` or `Xmp()` for an empty one."""

    def __init__(self, root: Element | None = None) -> None:
        self._root = etree.fromstring(_EMPTY) if root is None else root
        found = self._root if self._root.tag == f"{{{RDF}}}RDF" else self._root.find(f"{{{RDF}}}RDF")
        if found is None and (self._root.tag != f"{{{XMPMETA}}}xmpmeta" or len(self._root)):
            raise unreadable("holds no RDF")
        self._rdf = etree.SubElement(self._root, f"{{{RDF}}}RDF") if found is None else found

    def _descriptions(self) -> Iterator[Element]:
        return self._rdf.iterchildren(_DESCRIPTION)

    def elements(self, what: Property) -> list[Element]:
        """The elements of that name, for structures that this room doesn't know."""
        return self._elements(what.name)

    def _elements(self, name: str) -> list[Element]:
        return [element for block in self._descriptions() for element in block.iterchildren(name)]

    def has(self, what: Property) -> bool:
        """Whether the packet says anything under this name."""
        name = what.name
        return bool(self._elements(name)) or any(name in block.attrib for block in self._descriptions())

    def text(self, what: Property) -> str | None:
        """A simple value, from an element, its rdf:resource or an attribute; a list's first item."""
        for block in self._descriptions():
            if what.name in block.attrib:
                return str(block.attrib[what.name])
        return next((text for _, text in self._values(what)), None)

    def lang_alt(self, what: Property) -> dict[str, str]:
        """Language → text in file order; a value that is no list counts as x-default. Blank texts are not there."""
        found: dict[str, str] = {}
        for block in self._descriptions():
            if what.name in block.attrib:
                found.setdefault(DEFAULT, str(block.attrib[what.name]))
        for language, text in self._values(what):
            if text.strip():
                found.setdefault(language or DEFAULT, text)
        return found

    def items(self, what: Property) -> list[str]:
        """The items of a list, blank ones too; a simple value counts as a list of one."""
        found = [str(block.attrib[what.name]) for block in self._descriptions() if what.name in block.attrib]
        return found + [text for _, text in self._values(what)]

    def _values(self, what: Property) -> Iterator[tuple[str, str]]:
        """(language, text) of every item of the property."""
        for element in self._elements(what.name):
            items = list(element.iter(_LI))
            for item in items or [element]:
                if not items and len(element):
                    continue  # a structure, not a text
                text = _text(item) or str(item.get(f"{{{RDF}}}resource", ""))
                if text or items:
                    yield str(item.get(_LANG, "")), text

    def set_lang_alt(self, what: Property, texts: Mapping[str, str]) -> None:
        """Put the texts there in the given order (see `fields.in_writing_order`); an empty mapping removes it."""
        self._set_list(what, "Alt", list(texts.items()))

    def set_items(self, what: Property, items: Sequence[str]) -> None:
        """Put a Bag or Seq there; no items remove it."""
        self._set_list(what, what.shape.value, [("", item) for item in items])

    def set_text(self, what: Property, text: str) -> None:
        """Put a simple value there, where it stands already: as an attribute, or as a child element."""
        for block in self._descriptions():
            if what.name in block.attrib:
                block.set(what.name, text)
                return
        self._place(what).text = text

    def _set_list(self, what: Property, kind: str, items: Sequence[tuple[str, str]]) -> None:
        if not items:
            self.remove(what)
            return
        element = self._place(what)
        container = etree.SubElement(element, f"{{{RDF}}}{kind}")
        for language, text in items:
            item = etree.SubElement(container, _LI)
            if language:
                item.set(_LANG, language)
            item.text = text

    def _place(self, what: Property) -> Element:
        """An empty element of that name where the first one stands, or in the first description; no other is left."""
        found = self._elements(what.name)
        if found:
            old = found[0]
            block = old.getparent()
            assert block is not None  # it was found as a child
            new = etree.Element(what.name, nsmap={what.prefix: NAMESPACES[what.prefix]})
            block.insert(block.index(old), new)
            self.remove(what, but=new)
            return new
        self.remove(what)
        block = next(self._descriptions(), None)
        if block is None:
            block = etree.SubElement(self._rdf, _DESCRIPTION)
            block.set(_ABOUT[0], "")
        new = etree.SubElement(block, what.name, nsmap={what.prefix: NAMESPACES[what.prefix]})
        new.tail = "\n"
        return new

    def remove(self, what: Property, *, but: Element | None = None) -> None:
        """Take every element and attribute of that name away, except the element `but`."""
        for block in self._descriptions():
            if what.name in block.attrib:
                del block.attrib[what.name]
        for element in self._elements(what.name):
            if element is not but:
                _take(element)

    def others(self, ours: Collection[Property]) -> tuple[bytes, ...]:
        """The canonical form (Exclusive C14N) of all properties but `ours`, in order; equal means: nothing changed."""
        names = {what.name for what in ours}
        found = [_canonical(node) for node in self._root.itersiblings(preceding=True) if not _is_xpacket(node)]
        for block in self._rdf.iterchildren():
            if block.tag != _DESCRIPTION:
                found.append(_canonical(block))
                continue
            attributes = sorted((str(k), str(v)) for k, v in block.attrib.items() if k not in names)
            inner = [_canonical(child) for child in block.iterchildren() if child.tag not in names]
            if inner or any(name not in _ABOUT for name, _ in attributes):
                found += [repr(attributes).encode(), *inner]
        return tuple(found)

    def serialise(self) -> bytes:
        """The whole packet in UTF-8 with its wrapper and padding."""
        body = etree.tostring(self._wrapped(), encoding="unicode", with_tail=False)
        before = [
            etree.tostring(node, encoding="unicode", with_tail=False) + "\n"
            for node in reversed(list(self._root.itersiblings(preceding=True)))
            if not _is_xpacket(node)
        ]
        padding = (" " * 99 + "\n") * (PADDING // 100 + 1)
        return "".join([_BEGIN, *before, body, "\n", padding, _END]).encode()

    def _wrapped(self) -> Element:
        """The root as `x:xmpmeta`; other roots and prefixes found in files are replaced by it."""
        if self._root.tag == f"{{{XMPMETA}}}xmpmeta" and self._root.prefix == "x":
            return self._root
        wrapper = etree.Element(f"{{{XMPMETA}}}xmpmeta", nsmap={"x": XMPMETA})
        if self._root is not self._rdf:
            for name, value in self._root.attrib.items():
                wrapper.set(name, value)
        wrapper.append(self._rdf)
        wrapper_root, self._root = self._root, wrapper
        for node in reversed(list(wrapper_root.itersiblings(preceding=True))):
            wrapper.addprevious(node)
        return wrapper


def parse(packet: bytes, *, lenient: bool = False) -> Xmp:
    """Parse a packet.

    Args:
        packet: as it is in the file, with or without wrapper, padding and zero bytes around it.
        lenient: for reading only: bytes that are no text become replacement characters.

    Raises:
        Refused: with cause "xmp-unreadable", "xmp-dtd" or "xmp-too-large".
    """
    if len(packet) > PACKET_LIMIT:
        raise Refused("xmp-too-large", "The XMP in this file is larger than 16 MB, so it is left as it is.")
    text = _decoded(packet, lenient).strip("\ufeff\0 \t\r\n")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Refused("xmp-dtd", "The XMP in this file has a document type, which XMP forbids; it is left as it is.")
    text = _DECLARATION.sub("", text, count=1) if _DECLARATION.match(text) else text
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace" if lenient else "strict"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise unreadable("is not well-formed") from error
    if root.getroottree().docinfo.doctype:
        raise Refused("xmp-dtd", "The XMP in this file has a document type, which XMP forbids; it is left as it is.")
    return Xmp(root)


def unreadable(sentence: str) -> Refused:
    """The refusal for a packet that can't be understood."""
    return Refused("xmp-unreadable", f"The XMP in this file {sentence}, so it is left as it is.")


def _decoded(packet: bytes, lenient: bool) -> str:
    """The text in the encoding that its first bytes show (XMP part 1, 7.3.3)."""
    encoding = "utf-8"
    start = packet[:64].lstrip(b"\xef\xbb\xbf")
    if packet.startswith((b"\xff\xfe\0\0", b"<\0\0\0")):
        encoding = "utf-32-le"
    elif packet.startswith((b"\0\0\xfe\xff", b"\0\0\0<")):
        encoding = "utf-32-be"
    elif packet.startswith((b"\xff\xfe", b"<\0")):
        encoding = "utf-16-le"
    elif packet.startswith((b"\xfe\xff", b"\0<")):
        encoding = "utf-16-be"
    elif not start.lstrip(b"\0 \t\r\n").startswith(b"<") and not lenient:
        raise unreadable("does not begin like XML")
    try:
        return packet.decode(encoding, "replace" if lenient else "strict")
    except UnicodeDecodeError as error:
        raise unreadable("is not in the encoding it should be") from error


def _text(element: Element) -> str:
    """The text of an element, comments and processing instructions left out."""
    parts = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str):
            parts.append(child.tail or "")
        elif child.tag == f"{{{RDF}}}value":  # a qualified value (7.8)
            return child.text or ""
    return "".join(parts)


def _take(element: Element) -> None:
    """Remove an element and leave the text behind it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail and element.tail.strip():
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _canonical(node: Element) -> bytes:
    if not isinstance(node.tag, str):  # libxml2 2.14 crashes when asked for the canonical form of a lone comment or PI
        return etree.tostring(node, encoding="unicode", with_tail=False).encode()
    return etree.tostring(node, method="c14n", exclusive=True, with_comments=True)


def _is_xpacket(node: Element) -> bool:
    return isinstance(node, etree._ProcessingInstruction) and node.target == "xpacket"
