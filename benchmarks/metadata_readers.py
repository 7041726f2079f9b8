"""What other programs find in files that Altfolio wrote: a table of formats and readers, in Markdown.

One file per kind of format is made, or taken from a folder, written, and shown to each reader: ExifTool, exiv2, Pillow
and WordPress 7.0's rule (the first literal `<x:xmpmeta` … `</x:xmpmeta>` in the file's bytes, then the XPath of the
alt text, then the site's exact locale, its first two letters, x-default). Run:

    python benchmarks/metadata_readers.py [--more FOLDER] > table.md
"""

import argparse
import io
import json
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lxml import etree
from PIL import Image

from benchmarks.metadata_speed import Forgetful
from storage.metadata.fields import WordsEdit
from storage.metadata.sniff import sniff
from storage.metadata.write import WriteOptions, write_words

ALT = {"en": "A grey cat 🐈", "de": "Eine graue Katze", "zh": "一只灰猫"}
EDIT = WordsEdit(
    alt_text=ALT,
    extended_description={"en": "It sleeps.\nIt dreams."},
    caption={"en": "Our cat"},
    title={"en": "Cat"},
    keywords_add=("cat", "Katze schläft", "猫"),
    paths_add=(("Animals", "Pets", "cat"),),
)
NAMESPACES = {
    "x": "adobe:ns:meta/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
}


def wordpress(path: Path, locale: str) -> str:
    """The alt text WordPress 7.0 takes from an uploaded file."""
    raw = path.read_bytes()
    start, stop = raw.find(b"<x:xmpmeta"), raw.find(b"</x:xmpmeta>")
    if start < 0 or stop < start:
        return ""
    root = etree.fromstring(raw[start : stop + 12], etree.XMLParser(resolve_entities=False, no_network=True))
    found = root.xpath("/x:xmpmeta/rdf:RDF/rdf:Description/Iptc4xmpCore:AltTextAccessibility", namespaces=NAMESPACES)
    for language in (locale, locale[:2], "x-default"):
        for item in found[:1] if isinstance(found, list) else ():
            text = item.xpath(f"string(rdf:Alt/rdf:li[@xml:lang='{language}'])", namespaces=NAMESPACES)
            if text:
                return str(text)
    return ""


def exiftool(path: Path) -> dict[str, Any]:
    """What ExifTool finds, by our names."""
    done = subprocess.run(
        ["exiftool", "-j", "-charset", "utf8", "-XMP:all", "-a", str(path)], capture_output=True, check=False
    )
    found = json.loads(done.stdout or b"[{}]")[0]
    return {
        "alt": found.get("AltTextAccessibility-de"),
        "extended": found.get("ExtDescrAccessibility"),
        "caption": found.get("Description"),
        "keywords": found.get("Subject"),
        "path": found.get("HierarchicalSubject") and found.get("TagsList"),
    }


def exiv2(path: Path) -> dict[str, Any]:
    """What exiv2 finds, by our names."""
    done = subprocess.run(["exiv2", "-px", str(path)], capture_output=True, check=False)
    text = done.stdout.decode("utf-8", "replace")
    return {
        "alt": "Eine graue Katze" if "Eine graue Katze" in text and "AltTextAccessibility" in text else None,
        "extended": "It sleeps." if "ExtDescrAccessibility" in text else None,
        "caption": "Our cat" if "dc.description" in text and "Our cat" in text else None,
        "keywords": ["cat"] if "dc.subject" in text and "Katze schläft" in text else None,
        "path": "Animals|Pets|cat" if "Animals|Pets|cat" in text and "Animals/Pets/cat" in text else None,
    }


def pillow(path: Path) -> dict[str, Any]:
    """What Pillow's `info` has, by our names."""
    if sniff(path.read_bytes()[:4096]) == "HEIF":
        import pi_heif

        pi_heif.register_heif_opener()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(path) as image:
                image.load()
                raw = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
        except Exception:
            return {}
    text = raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
    marks = {
        "alt": "Eine graue Katze",
        "extended": "It sleeps.",
        "caption": "Our cat",
        "keywords": "Katze schläft",
        "path": "Animals|Pets|cat",
    }
    return {name: mark if mark in text else None for name, mark in marks.items()}


def cell(found: dict[str, Any]) -> str:
    """ "all", or what is missing."""
    missing = [name for name in ("alt", "extended", "caption", "keywords", "path") if not found.get(name)]
    return "all" if not missing else "–" if len(missing) == 5 else "without " + ", ".join(missing)


def made(folder: Path) -> list[Path]:
    """A file of each kind that Pillow can make."""
    picture = Image.linear_gradient("L").resize((96, 64)).convert("RGB")
    frames = [picture.rotate(90 * i) for i in range(3)]
    paths = []
    for name, kind, options in (
        ("JPEG", "JPEG", {}),
        ("JPEG, progressive", "JPEG", {"progressive": True}),
        ("PNG", "PNG", {}),
        ("APNG", "PNG", {"save_all": True, "append_images": frames}),
        ("WebP, lossy", "WEBP", {}),
        ("WebP, lossless", "WEBP", {"lossless": True}),
        ("WebP, animated", "WEBP", {"save_all": True, "append_images": frames}),
        ("GIF, animated", "GIF", {"save_all": True, "append_images": frames}),
        ("TIFF", "TIFF", {}),
        ("TIFF, pages", "TIFF", {"save_all": True, "append_images": frames}),
        ("AVIF", "AVIF", {}),
        ("AVIF, animated", "AVIF", {"save_all": True, "append_images": frames}),
    ):
        target = io.BytesIO()
        picture.save(target, kind, **options)
        paths.append(folder / f"{name}.{kind.lower()}")
        paths[-1].write_bytes(target.getvalue())
    return paths


def row(path: Path, options: WriteOptions) -> str:
    written = write_words(path, EDIT, options=options, journal=Forgetful())
    beside = "" if written.target == path else f" (sidecar: {written.cause})"
    readers: list[Callable[[Path], dict[str, Any]]] = [exiftool, exiv2, pillow]
    cells = [cell(reader(written.target)) if not (beside and reader is pillow) else "" for reader in readers]
    web = [wordpress(written.target, locale) for locale in ("de_DE", "en_US", "fr_FR")]
    word = "all" if web == [ALT["de"], ALT["en"], ALT["en"]] else f"– {web}"
    return f"| {path.stem}{beside} | " + " | ".join([*cells, word]) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--more", type=Path, nargs="*", default=[], help="files of formats that Pillow can't make")
    arguments = parser.parse_args()
    print(
        "| format | ExifTool | exiv2 | Pillow | WordPress 7.0 (de_DE, en_US, fr_FR) |\n| --- | --- | --- | --- | --- |"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = made(folder)
        for more in arguments.more:
            paths.append(folder / more.name)
            shutil.copyfile(more, paths[-1])
        for path in paths:
            print(row(path, WriteOptions()), flush=True)


if __name__ == "__main__":
    main()
