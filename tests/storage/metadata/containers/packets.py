"""Packets and checks that the tests of several containers share."""

from collections.abc import Sequence

from storage.metadata.containers.base import Unit


def packet_of(words: str) -> bytes:
    """A complete small packet with `words` as its rights statement."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:rights><rdf:Alt><rdf:li xml:lang="x-default">'
        f"{words}</rdf:li></rdf:Alt></dc:rights></rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="w"?>'
    ).encode()


def assert_gap_free(units: Sequence[Unit], size: int) -> None:
    """Units follow one another from 0 to the end, none empty."""
    at = 0
    for unit in units:
        assert unit.start == at and unit.stop > at
        at = unit.stop
    assert at == size
