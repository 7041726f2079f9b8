"""The pages of a gallery as text: an overview in pages of thumbnails, and one page for each photo.

Every photo has a page of its own, so that its extended description, caption and tags are one Enter away, a screen
reader has one picture at a time, and each photo has an address. All works without the script; it adds arrow keys.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from storage.exchange.page import STYLE, escaped, frame_words, marked, page
from storage.schema import Field


@dataclass(frozen=True, slots=True)
class Shown:
    """One photo of a gallery.

    Attributes:
        number: 1 for the first.
        name: its file name, for people.
        texts: approved ones, by field and language.
        tags: accepted ones.
        taken: ISO 8601, or None.
        large, small: width and height of its pictures.
        problem: why it has none, or None.
    """

    number: int
    name: str
    texts: Mapping[tuple[Field, str], str]
    tags: tuple[str, ...]
    taken: str | None
    large: tuple[int, int]
    small: tuple[int, int]
    problem: str | None


@dataclass(frozen=True, slots=True)
class GalleryFrame:
    """What surrounds the photos: title, language, number of photos, photos a page."""

    title: str
    language: str
    total: int
    per_page: int

    @property
    def words(self) -> Mapping[str, str]:
        """The frame's words."""
        return frame_words(self.language)[1]

    @property
    def spoken(self) -> str:
        """The language of the frame's words."""
        return frame_words(self.language)[0]

    @property
    def pages(self) -> int:
        """How many pages the overview has."""
        return max(1, -(-self.total // self.per_page))

    def page_of(self, number: int) -> str:
        """The overview page that shows a photo."""
        return index_name((number - 1) // self.per_page + 1)


def index_name(number: int) -> str:
    """The file of an overview page, 1 for the first."""
    return "index.html" if number == 1 else f"page-{number}.html"


def photo_name(number: int) -> str:
    """The file of a photo's page in its folder."""
    return f"{number:05}.html"


def pages(listed: Sequence[Shown], frame: GalleryFrame) -> Iterator[tuple[str, str]]:
    """Every file of the gallery that is text: its name and its content."""
    yield "gallery.css", STYLE + _STYLE
    yield "gallery.js", _SCRIPT
    for number in range(1, frame.pages + 1):
        first = (number - 1) * frame.per_page
        yield index_name(number), _index(listed[first : first + frame.per_page], number, frame)
    for shown in listed:
        yield f"photos/{photo_name(shown.number)}", _photo(shown, frame)


def text_in(shown: Shown, field: Field, language: str) -> tuple[str, str] | None:
    """A text and its language: the one asked for, else one of the same base language, else any."""
    found = {spoken: text for (which, spoken), text in shown.texts.items() if which == field}
    if not found:
        return None
    base = language.lower().split("-")[0]

    def distance(spoken: str) -> tuple[int, str]:
        return 0 if spoken == language else 1 if spoken.lower().split("-")[0] == base else 2, spoken

    nearest = min(found, key=distance)
    return found[nearest], nearest


_LAZY = ' loading="lazy" decoding="async"'
_HERE = ' aria-current="page"'


def _picture(shown: Shown, frame: GalleryFrame, size: str, *, more: str = "") -> str:
    words = frame.words
    alt = text_in(shown, Field.ALT_TEXT, frame.language)
    if shown.problem is not None:
        spoken = marked(alt[0], alt[1], tag="span", page_language=frame.spoken) if alt else escaped(shown.name)
        return f'<span class="broken">{spoken} <span class="muted">{escaped(words["broken"])}</span></span>'
    text, language = alt or (f"{shown.name} ({words['none']})", frame.spoken)
    lang = f' lang="{escaped(language)}"' if language != frame.spoken else ""
    width, height = shown.small if size == "small" else shown.large
    folder = "" if size == "small" else "../"
    return (
        f'<img src="{folder}{size}/{shown.number:05}.jpg" width="{width}" height="{height}" '
        f'alt="{escaped(text)}"{lang}{more}>'
    )


def _caption(shown: Shown, frame: GalleryFrame) -> str:
    title, alt = text_in(shown, Field.TITLE, frame.language), text_in(shown, Field.ALT_TEXT, frame.language)
    if title is None or (alt is not None and title[0].strip().casefold() == alt[0].strip().casefold()):
        # Nothing is to be read out twice in one link.
        return f'<span dir="auto">{escaped(shown.name)}</span>'
    return marked(title[0], title[1], tag="span", page_language=frame.spoken)


def _index(listed: Sequence[Shown], number: int, frame: GalleryFrame) -> str:
    words = frame.words
    items = "\n".join(
        f'<li id="p{shown.number}"><a href="photos/{photo_name(shown.number)}"><figure>'
        f"{_picture(shown, frame, 'small', more=_LAZY)}"
        f"<figcaption>{_caption(shown, frame)}</figcaption></figure></a></li>"
        for shown in listed
    )
    several = frame.pages > 1
    place = f", {escaped(words['page'])} {number}/{frame.pages}" if several else ""
    count = f'<p class="muted">{escaped(words["photos"])}: {frame.total}{place}</p>'
    header = f'<h1 dir="auto">{escaped(frame.title)}</h1>\n{count}'
    links = "".join(
        f'<li><a href="{index_name(n)}"{_HERE if n == number else ""} '
        f'aria-label="{escaped(words["page"])} {n}">{n}</a></li>'
        for n in range(1, frame.pages + 1)
    )
    nav = f'<nav class="pages" aria-label="{escaped(words["pages"])}"><ul>{links}</ul></nav>' if several else ""
    return page(
        title=frame.title + (f" ({words['page']} {number})" if several else ""),
        language=frame.spoken,
        header=header,
        main=f'<ul class="grid" role="list">\n{items}\n</ul>\n{nav}' if listed else "",
        skip=words["skip"],
    )


def _photo(shown: Shown, frame: GalleryFrame) -> str:
    words = frame.words
    described = text_in(shown, Field.EXTENDED, frame.language)
    more = ' aria-describedby="description"' if described else ""
    title = text_in(shown, Field.TITLE, frame.language)
    heading = (
        marked(title[0], title[1], tag="h1", page_language=frame.spoken)
        if title
        else f'<h1 dir="auto">{escaped(shown.name)}</h1>'
    )
    parts = [f'<figure class="one">{_picture(shown, frame, "large", more=more)}{_under(shown, frame)}</figure>']
    if described:
        said = marked(described[0], described[1], tag="div", page_language=frame.spoken)
        parts.append(f'<section><h2>{escaped(words["description"])}</h2><div id="description">{said}</div></section>')
    parts += [_facts(shown, frame), _other_languages(shown, frame)]
    return page(
        title=f"{title[0] if title else shown.name} – {frame.title}",
        language=frame.spoken,
        header=_way(shown, frame) + heading,
        main="\n".join(part for part in parts if part),
        footer=f'<p class="keys muted">{escaped(words["keys"])}</p>',
        skip=words["skip"],
        folder="../",
        script=True,
    )


def _way(shown: Shown, frame: GalleryFrame) -> str:
    """The links to the neighbours and back; the script finds them by `rel`."""
    words = frame.words
    links = [f'<a rel="up" href="../{frame.page_of(shown.number)}#p{shown.number}">{escaped(words["all"])}</a>']
    if shown.number > 1:
        links.append(f'<a rel="prev" href="{photo_name(shown.number - 1)}">{escaped(words["previous"])}</a>')
    if shown.number < frame.total:
        links.append(f'<a rel="next" href="{photo_name(shown.number + 1)}">{escaped(words["next"])}</a>')
    return f'<nav class="way" aria-label="{escaped(words["photos"])}">{" ".join(links)}</nav>\n'


def _under(shown: Shown, frame: GalleryFrame) -> str:
    caption = text_in(shown, Field.CAPTION, frame.language)
    if caption is None:
        return ""
    return f"<figcaption>{marked(caption[0], caption[1], page_language=frame.spoken)}</figcaption>"


def _facts(shown: Shown, frame: GalleryFrame) -> str:
    words, rows = frame.words, []
    alt = text_in(shown, Field.ALT_TEXT, frame.language)
    if alt:
        rows.append((words["alt"], marked(alt[0], alt[1], tag="span", page_language=frame.spoken)))
    if shown.taken:
        shown_time = shown.taken.replace("T", " ")
        rows.append((words["taken"], f'<time datetime="{escaped(shown.taken)}">{escaped(shown_time)}</time>'))
    if shown.tags:
        rows.append((words["tags"], escaped(", ".join(shown.tags))))
    items = "".join(f"<div><dt>{escaped(name)}</dt><dd>{value}</dd></div>" for name, value in rows)
    return f'<dl class="facts">{items}</dl>' if items else ""


def _other_languages(shown: Shown, frame: GalleryFrame) -> str:
    first = {
        field: found[1]
        for field in (Field.ALT_TEXT, Field.EXTENDED)
        if (found := text_in(shown, field, frame.language)) is not None
    }
    others = [
        marked(text, spoken, page_language=frame.spoken)
        for (field, spoken), text in sorted(shown.texts.items(), key=lambda item: (item[0][1], item[0][0]))
        if field in first and first[field] != spoken
    ]
    return f"<section><h2>{escaped(frame.words['languages'])}</h2>{''.join(others)}</section>" if others else ""


_STYLE = """\
ul { list-style: none; margin: 0; padding: 0; }
.grid { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 14rem), 1fr)); }
.grid a { display: block; color: inherit; text-decoration: none; }
.grid a:hover figcaption { text-decoration: underline; }
figure { margin: 0; }
.grid img, .broken { display: block; width: 100%; height: auto; aspect-ratio: 4 / 3; background: var(--card); }
.grid img { object-fit: contain; }
.broken { padding: 1rem; overflow: auto; border: 1px solid var(--line); }
.grid figcaption { padding: 0.25rem 0; overflow-wrap: anywhere; }
.one img { display: block; max-width: 100%; max-height: 85vh; width: auto; height: auto; margin: 0 auto; }
.one .broken { aspect-ratio: auto; }
.way a, .pages a { display: inline-block; padding: 0.5rem; }
.pages ul { display: flex; flex-wrap: wrap; margin-top: 1rem; }
.pages a[aria-current] { font-weight: bold; outline: 2px solid var(--line); outline-offset: -2px; }
dt { color: var(--muted); }
dd { margin: 0 0 0.5rem; overflow-wrap: anywhere; }
@media print {
  .grid { grid-template-columns: repeat(3, 1fr); }
  .grid li, .one, section { break-inside: avoid; }
  .one img { max-height: 60vh; }
}
"""

_SCRIPT = """\
"use strict";
document.addEventListener("keydown", function (event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
  var rel = { ArrowLeft: "prev", ArrowRight: "next", Escape: "up" }[event.key];
  var link = rel && document.querySelector('.way a[rel="' + rel + '"]');
  if (link) { event.preventDefault(); link.click(); }
});
"""
"""Arrow keys are not characters, so WCAG 2.2, 2.1.4 asks for no way to turn them off."""
