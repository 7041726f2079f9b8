"""What all pages we write have in common: escaping, the frame, the style, the words of the frame in six languages.

A page stands alone: it opens from a folder without a server, asks no other machine for anything and keeps nothing.
Colours are held to WCAG 2.2, 1.4.3 (4.5:1 for text) and 1.4.11 (3:1 for marks), in light and dark, by a test.

Invariant: every text of a person, file or model passes `escaped`.
"""

import html
from collections.abc import Mapping

LIGHT: Mapping[str, str] = {
    "ground": "#ffffff",
    "card": "#f3f5f7",
    "text": "#1b1f24",
    "muted": "#4f5861",
    "link": "#0b57a4",
    "line": "#6b747d",
    "good": "#1f7a4d",
    "draft": "#8a5a00",
    "none": "#6b747d",
}
DARK: Mapping[str, str] = {
    "ground": "#14171a",
    "card": "#1f2428",
    "text": "#e9ebee",
    "muted": "#b3bac1",
    "link": "#8fc3ff",
    "line": "#8a939c",
    "good": "#5fc792",
    "draft": "#e0b050",
    "none": "#8a939c",
}

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "skip": "Skip to content",
        "photos": "Photos",
        "all": "All photos",
        "previous": "Previous photo",
        "next": "Next photo",
        "pages": "Pages",
        "page": "Page",
        "description": "Extended description",
        "alt": "Alt text",
        "languages": "In other languages",
        "tags": "Tags",
        "taken": "Taken",
        "none": "not described yet",
        "broken": "This photo could not be opened.",
        "keys": "Arrow keys go to the previous and next photo, Escape to all photos.",
    },
    "de": {
        "skip": "Zum Inhalt springen",
        "photos": "Fotos",
        "all": "Alle Fotos",
        "previous": "Voriges Foto",
        "next": "Nächstes Foto",
        "pages": "Seiten",
        "page": "Seite",
        "description": "Ausführliche Beschreibung",
        "alt": "Alternativtext",
        "languages": "In anderen Sprachen",
        "tags": "Schlagwörter",
        "taken": "Aufgenommen",
        "none": "noch nicht beschrieben",
        "broken": "Dieses Foto konnte nicht geöffnet werden.",
        "keys": "Die Pfeiltasten führen zum vorigen und nächsten Foto, Escape zu allen Fotos.",
    },
    "fr": {
        "skip": "Aller au contenu",
        "photos": "Photos",
        "all": "Toutes les photos",
        "previous": "Photo précédente",
        "next": "Photo suivante",
        "pages": "Pages",
        "page": "Page",
        "description": "Description détaillée",
        "alt": "Texte alternatif",
        "languages": "Dans d’autres langues",
        "tags": "Mots-clés",
        "taken": "Prise le",
        "none": "pas encore décrite",
        "broken": "Cette photo n’a pas pu être ouverte.",
        "keys": "Les touches fléchées mènent à la photo précédente ou suivante, Échap à toutes les photos.",
    },
    "es": {
        "skip": "Ir al contenido",
        "photos": "Fotos",
        "all": "Todas las fotos",
        "previous": "Foto anterior",
        "next": "Foto siguiente",
        "pages": "Páginas",
        "page": "Página",
        "description": "Descripción ampliada",
        "alt": "Texto alternativo",
        "languages": "En otros idiomas",
        "tags": "Etiquetas",
        "taken": "Tomada",
        "none": "aún sin describir",
        "broken": "No se pudo abrir esta foto.",
        "keys": "Las flechas llevan a la foto anterior y siguiente; Escape, a todas las fotos.",
    },
    "it": {
        "skip": "Vai al contenuto",
        "photos": "Foto",
        "all": "Tutte le foto",
        "previous": "Foto precedente",
        "next": "Foto successiva",
        "pages": "Pagine",
        "page": "Pagina",
        "description": "Descrizione estesa",
        "alt": "Testo alternativo",
        "languages": "In altre lingue",
        "tags": "Etichette",
        "taken": "Scattata",
        "none": "non ancora descritta",
        "broken": "Non è stato possibile aprire questa foto.",
        "keys": "I tasti freccia portano alla foto precedente e successiva, Esc a tutte le foto.",
    },
    "pt": {
        "skip": "Ir para o conteúdo",
        "photos": "Fotos",
        "all": "Todas as fotos",
        "previous": "Foto anterior",
        "next": "Foto seguinte",
        "pages": "Páginas",
        "page": "Página",
        "description": "Descrição detalhada",
        "alt": "Texto alternativo",
        "languages": "Noutras línguas",
        "tags": "Etiquetas",
        "taken": "Tirada",
        "none": "ainda não descrita",
        "broken": "Não foi possível abrir esta foto.",
        "keys": "As setas levam à foto anterior e à seguinte, Escape a todas as fotos.",
    },
}


def frame_words(language: str) -> tuple[str, Mapping[str, str]]:
    """The language of a page's frame and its words: the one asked for, else English."""
    base = language.lower().split("-")[0]
    return (base, WORDS[base]) if base in WORDS else ("en", WORDS["en"])


def escaped(text: str) -> str:
    """A text as HTML, between tags or in an attribute; control characters HTML can't hold become U+FFFD."""
    clean = "".join("\ufffd" if c < " " and c not in "\n\r\t" else c for c in text)
    return html.escape(clean.encode("utf-8", "replace").decode(), quote=True)


def marked(text: str, language: str, *, tag: str = "p", page_language: str = "") -> str:
    """A text with its language and the direction of its own letters; line breaks are kept by the style."""
    spoken = f' lang="{escaped(language)}"' if language and language != page_language else ""
    return f'<{tag} class="said" dir="auto"{spoken}>{escaped(text)}</{tag}>'


def _colours(colours: Mapping[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in colours.items())


STYLE = f"""\
:root {{ color-scheme: light dark; {_colours(LIGHT)} }}
@media (prefers-color-scheme: dark) {{ :root {{ {_colours(DARK)} }} }}
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }}
header, main, footer {{ max-width: 90rem; margin: 0 auto; padding: 1rem; }}
h1 {{ font-size: 1.6rem; line-height: 1.25; margin: 0.25rem 0; overflow-wrap: anywhere; }}
h2 {{ font-size: 1.2rem; margin: 1.5rem 0 0.5rem; }}
a {{ color: var(--link); }}
:focus-visible {{ outline: 3px solid var(--link); outline-offset: 2px; }}
.skip {{ position: absolute; left: -100vw; padding: 0.5rem; background: var(--ground); }}
.skip:focus {{ left: 0.5rem; top: 0.5rem; }}
.said {{ white-space: pre-line; overflow-wrap: anywhere; max-width: 65ch; }}
.muted {{ color: var(--muted); }}
@media print {{
  :root {{ color-scheme: light; {_colours(LIGHT)} }}
  .skip, nav, .keys {{ display: none; }}
  a {{ color: inherit; text-decoration: none; }}
}}
"""
"""The style that all pages share."""


def page(
    *,
    title: str,
    language: str,
    header: str,
    main: str,
    footer: str = "",
    skip: str,
    folder: str = "",
    script: bool = False,
    style: str | None = None,
    links: str = "",
) -> str:
    """A whole page.

    Args:
        title: of the window, plain.
        header, main, footer: HTML.
        skip: words of the link that skips the header, plain.
        folder: the way to the folder of the style, "" or "../".
        script: whether the page has the gallery's keys.
        style: put into the page instead of the gallery's file.
        links: further elements of the head, HTML.
    """
    styled = f"<style>\n{style}</style>" if style is not None else f'<link rel="stylesheet" href="{folder}gallery.css">'
    keys = f'<script src="{folder}gallery.js" defer></script>\n' if script else ""
    return f"""\
<!DOCTYPE html>
<html lang="{escaped(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{escaped(title)}</title>
{styled}
{keys}{links}</head>
<body>
<a class="skip" href="#content">{escaped(skip)}</a>
<header>
{header}
</header>
<main id="content" tabindex="-1">
{main}
</main>
{f"<footer>{footer}</footer>" if footer else ""}
</body>
</html>
"""
