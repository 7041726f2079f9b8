"""Write words into every photo of folder trees, on copies, and look for harm with programs that are not ours.

Each file gets alt text in three languages, an extended description and five keywords. ExifTool lists all tags and
embedded previews before and after; Pillow decodes; the image data is hashed; jpeginfo, pngcheck, webpinfo and
tiffinfo look at the structure where they are installed; then the write is undone and every byte compared. Run:

    python benchmarks/metadata_torture.py FOLDER… [--report report.json] [--exiftool PATH] [--second-engine]

Printed: files tried, written in the file, refused by cause, harmed. A file counts as ordinary when it is of a format
that is written in the file, decodes to its end, and the structure tool has nothing against it.
"""

import argparse
import collections
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from storage.job import KnownError
from storage.metadata.containers import CONTAINERS
from storage.metadata.durable import Identity
from storage.metadata.exiftool import ExifTool
from storage.metadata.fields import WordsEdit
from storage.metadata.read import read_words
from storage.metadata.sniff import RAW, sniff
from storage.metadata.undo import UndoRecord, from_bytes
from storage.metadata.write import WriteOptions, Written, undo, write_words

EDIT = WordsEdit(
    alt_text=(
        ALT_TEXT := {
            "en": "A grey cat sleeps on a red sofa, \u201cdreaming\u201d of <mice> & fish 🐈.",
            "de": "Eine graue Katze schläft auf einem roten Sofa.",
            "zh": "一只灰猫睡在红色沙发上。",
        }
    ),
    extended_description={"en": "The cat lies on its side.\nBehind it a window; outside it rains."},
    keywords_add=("cat", "sofa", "Katze schläft", "猫", "at home"),
)
DECODE_LIMIT = 60_000_000
"""Pixels above which a picture is not decoded here (HEIF and AVIF are decoded by the write's own proof)."""
OURS = ("AltTextAccessibility", "ExtDescrAccessibility", "Subject", "MetadataDate", "HierarchicalSubject", "TagsList")
FILE_TAGS = (
    "System:",
    "ExifTool:ExifToolVersion",
    "SourceFile",
    "binary SourceFile",
    "XMP-x:XMPToolkit",
    "File:CurrentIPTCDigest",
)
PLACES = ("Offset", "Offsets", "Start", "MediaDataSize", "IPTCDigest", "WebP_Flags")
"""Ends of tag names that say where something is in the file, not what it is; and what must follow our change."""
TOOLS = {
    "JPEG": ("jpeginfo", "-c"),
    "PNG": ("pngcheck", "-q"),
    "WebP": ("webpinfo", "-quiet"),
    "TIFF": ("tiffinfo", "-D"),
}


@dataclass
class Result:
    """What happened to one file."""

    path: str
    format: str
    ordinary: bool = False
    engine: str = ""
    cause: str = ""
    sentence: str = ""
    harm: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Journal:
    """Remembers records as the library does: as bytes."""

    def __init__(self) -> None:
        self.records: list[UndoRecord] = []

    def intent(self, record: UndoRecord) -> int:
        """Keep a record."""
        self.records.append(from_bytes(record.to_bytes()))
        return len(self.records) - 1

    def done(self, token: int, identity: Identity | None) -> None:
        """Nothing more to do."""

    def failed(self, token: int, message: str) -> None:  # noqa: ARG002
        """Forget the record."""
        del self.records[token]


def files(folders: list[Path]) -> Iterator[Path]:
    """Everything that is an image by its content, or a RAW file."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                with path.open("rb") as file:
                    kind = sniff(file.read(4096))
                if kind:
                    yield path


def tags(tool: ExifTool, path: Path) -> dict[str, Any]:
    """All tags by ExifTool, repeated ones as lists, and the digests of embedded images."""
    found: dict[str, list[Any]] = collections.defaultdict(list)
    answer = tool.run(["-j", "-G4:1", "-a", "-u", "-struct", "-ee", str(path)])
    previews = (
        "-PreviewImage",
        "-ThumbnailImage",
        "-JpgFromRaw",
        "-OtherImage",
        "-MPImage2",
        "-MPImage3",
        "-ICC_Profile",
    )
    images = tool.run(["-j", "-G4:1", "-a", "-b", *previews, "-EmbeddedVideoFile", "-TrailerData", str(path)])
    for part, prefix in ((answer, ""), (images, "binary ")):
        for name, value in (json.loads(part) if part.strip() else [{}])[0].items():
            plain = name.split(":", 1)[1] if name.startswith("Copy") else name
            found[prefix + plain].append(value)
    return {name: sorted(map(str, values)) for name, values in found.items()}


def differences(before: dict[str, Any], after: dict[str, Any], kind: str) -> list[str]:
    """The tags that differ and should not."""
    found = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        local = name.split(":")[-1]
        if old == new or name.startswith(FILE_TAGS) or (local.startswith(OURS) and "XMP" in name):
            continue
        if local.endswith(PLACES) or (name == "File:FileType" and kind in ("WebP", "JXL")) or name == "IPTC:Keywords":
            continue
        if kind == "WebP" and name.startswith("RIFF:") and set(old or new or ()) == set(new or ()):
            continue  # the extended header says again what the picture's own says
        if name == "QuickTime:MediaData" and set(old or ()) < set(new or ()):
            continue  # the packet's own box
        if name == "Composite:AvgBitrate":
            continue  # worked out from the size of all mdat boxes, the packet's among them
        if old is None and kind == "JXL" and name.startswith(("Jpeg2000:", "File:")):
            continue
        if name in ("ExifTool:Warning", "ExifTool:Error") and not set(map(_unplaced, new or ())) - set(
            map(_unplaced, old or ())
        ):
            continue
        found.append(f"{name}: {str(old)[:80]} -> {str(new)[:80]}")
    return found


def confirmed(copy: Path, original: bytes, kind: str, program: Path) -> list[str]:
    """The differences that two fresh ExifTools see too: a running one learns unknown tags from file to file."""
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        old = Path(folder) / copy.name
        old.write_bytes(original)
        seen = []
        for path in (old, copy):
            fresh = ExifTool(program)
            seen.append(tags(fresh, path))
            fresh.close()
    return differences(seen[0], seen[1], kind)


def _unplaced(warning: str) -> str:
    """A warning without the numbers of places in the file."""
    return "".join(c for c in warning if not c.isdigit())


def words_found(tool: ExifTool, path: Path) -> list[str]:
    """What ExifTool does not find of our words."""
    plain = {"-XMP-iptcCore:AltTextAccessibility-de", "-XMP-iptcCore:ExtDescrAccessibility", "-XMP-dc:Subject"}
    found = json.loads(
        tool.run(["-j", "-charset", "utf8", *sorted(plain), "-XMP-iptcCore:AltTextAccessibility", str(path)])
    )[0]
    subject = found.get("Subject", [])
    keywords = [str(word) for word in (subject if isinstance(subject, list) else [subject])]
    missing = [word for word in EDIT.keywords_add if word.casefold() not in [k.casefold() for k in keywords]]
    if "schläft" not in str(found.get("AltTextAccessibility-de")) or "🐈" not in str(found.get("AltTextAccessibility")):
        missing.append("alt text")
    return missing if "outside it rains" in str(found.get("ExtDescrAccessibility")) else [*missing, "extended"]


def image_data(path: Path) -> str:
    """Digest of the coded image data, in file order."""
    raw = path.read_bytes()
    container = CONTAINERS.get(sniff(raw[:4096]))
    digest = hashlib.sha256()
    try:
        for unit in container.units(raw) if container else ():
            if unit.image:
                digest.update(raw[unit.start : unit.stop])
    except KnownError as error:
        return str(error)
    return digest.hexdigest()


def pixels(path: Path, kind: str) -> str:
    """Digest of what Pillow decodes of all frames; a sentence where it can't."""
    from PIL import Image, ImageSequence

    if kind in ("HEIF", "AVIF"):
        import pi_heif

        pi_heif.register_heif_opener()
    digest = hashlib.sha256()
    try:
        with Image.open(path) as image:
            if image.width * image.height > DECODE_LIMIT:
                return "too large"
            for number, frame in enumerate(ImageSequence.Iterator(image)):
                digest.update(repr((frame.mode, frame.size)).encode() + frame.tobytes())
                if number == 20:
                    break
    except Exception as error:
        return f"undecodable: {type(error).__name__}"
    return digest.hexdigest()


def structure(path: Path, kind: str) -> bool | None:
    """Whether the structure tool has nothing against the file; None without a tool."""
    tool = TOOLS.get(kind)
    if tool is None or shutil.which(tool[0]) is None:
        return None
    done = subprocess.run([*tool, str(path)], capture_output=True, check=False, timeout=60)
    said = (done.stdout + done.stderr).lower()
    return done.returncode == 0 and b"error" not in said and b"[warning]" not in said


def torture(path: Path, work: Path, tool: ExifTool, options: WriteOptions) -> Result:
    """All of it for one file."""
    copy = work / path.name
    shutil.copyfile(path, copy)
    copy.chmod(0o640)
    os.utime(copy, ns=(10**18, 10**18 + 123456789))
    original = copy.read_bytes()
    kind = sniff(original[:4096])
    result = Result(str(path), kind)
    before = (tags(tool, copy), image_data(copy), pixels(copy, kind), structure(copy, kind))
    decodes = len(before[2]) == 64 or before[2] == "too large" or kind == "JXL"
    result.ordinary = kind in CONTAINERS and decodes and before[3] is not False
    journal, started = Journal(), time.perf_counter()
    try:
        written = write_words(copy, EDIT, options=options, journal=journal)
    except KnownError as error:
        result.engine, result.cause, result.sentence = "error", "known", str(error)
        if copy.read_bytes() != original:
            result.harm.append("changed although refused")
        return result
    result.seconds = time.perf_counter() - started
    result.engine, result.cause, result.sentence = written.engine, written.cause or "", written.reason or ""
    result.harm += judged(copy, original, kind, written, before, tool)
    result.harm += undone(copy, original, journal, written, options)
    return result


def judged(
    copy: Path, original: bytes, kind: str, written: Written, before: tuple[Any, ...], tool: ExifTool
) -> list[str]:
    """What the judges say about a write."""
    harm = [f"words missing: {missing}" for missing in words_found(tool, written.target)]
    status = copy.stat()
    if status.st_mode & 0o777 != 0o640 or status.st_mtime_ns != 10**18 + 123456789:
        harm.append("mode or time lost")
    if written.target != copy:
        return harm + (["original changed beside its sidecar"] if copy.read_bytes() != original else [])
    found = differences(before[0], tags(tool, copy), kind)
    harm += found and confirmed(copy, original, kind, tool.program)
    for what, old, new in zip(
        ("image data", "pixels"), before[1:3], (image_data(copy), pixels(copy, kind)), strict=True
    ):
        if old != new:
            harm.append(f"{what}: {old} -> {new}")
    if before[3] and not structure(copy, kind):
        harm.append("structure tool complains")
    read = read_words(copy)
    if read.words.alt_text.get("de") != ALT_TEXT["de"] or read.problem:
        harm.append(f"not read back: {read.problem}")
    return harm


def undone(copy: Path, original: bytes, journal: Journal, written: Written, options: WriteOptions) -> list[str]:
    """What is not as before after the undo."""
    for record in reversed(journal.records[:]):
        undo(record, options=options, journal=journal)
    harm = []
    if copy.read_bytes() != original:
        harm.append("undo did not restore the bytes")
    if written.target != copy and written.undo and written.undo.created and written.target.exists():
        harm.append("undo left the sidecar")
    return harm


def report(results: list[Result], path: Path | None) -> int:
    """Print the summary; the number of harmed files."""
    for result in results:
        if result.harm:
            print(f"HARMED {result.path} ({result.engine} {result.cause})", *result.harm[:8], sep="\n    ")
    harmed = sum(bool(result.harm) for result in results)
    inside = ("splicer", "exiftool", "unchanged")
    print(f"\n{'format':9} {'tried':>6} {'written':>8} {'ordinary':>9} {'of these written':>17}")
    for kind in [*CONTAINERS, "others"]:
        mine = [r for r in results if r.format == kind or (kind == "others" and r.format not in CONTAINERS)]
        usual = [r for r in mine if r.ordinary]
        done = [r for r in usual if r.engine in inside]
        share = f"{len(done) / len(usual):17.1%}" if usual else ""
        print(f"{kind:9} {len(mine):6} {sum(r.engine in inside for r in mine):8} {len(usual):9} {share}")
    usual = [r for r in results if r.ordinary]
    done = [r for r in usual if r.engine in inside]
    print(f"\ntried {len(results)}, written in the file {sum(r.engine in inside for r in results)}, harmed {harmed}")
    print(f"ordinary {len(usual)}, of these written in the file {len(done)} ({len(done) / max(1, len(usual)):.1%})")
    for title, of in (("ordinary refused", usual), ("others refused", [r for r in results if not r.ordinary])):
        causes = collections.Counter(
            (r.cause, "RAW" if r.format in RAW else r.format) for r in of if r.engine not in inside
        )
        print(f"{title} by cause:", ", ".join(f"{c} {k} {n}" for (c, k), n in causes.most_common()) or "none")
    if path:
        path.write_text(json.dumps([asdict(r) for r in results], indent=1, ensure_ascii=False))
    return harmed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--report", type=Path)
    parser.add_argument("--exiftool", type=Path, default=Path(shutil.which("exiftool") or "exiftool"))
    parser.add_argument("--second-engine", action="store_true", help="let ExifTool write what the splicer refuses")
    parser.add_argument("--every", type=int, default=1, help="only every Nth file")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    said = os.fdopen(os.dup(2), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # libtiff talks about every broken file it decodes
    tool = ExifTool(arguments.exiftool)
    options = WriteOptions(exiftool=arguments.exiftool if arguments.second_engine else None)
    results = []
    for number, path in enumerate(list(files(arguments.folders))[:: arguments.every]):
        with tempfile.TemporaryDirectory(prefix="torture-") as work:
            try:
                results.append(torture(path, Path(work), tool, options))
            except Exception:
                results.append(Result(str(path), "", harm=[traceback.format_exc()]))
        if number % 100 == 99:
            print(f"… {number + 1} files, {sum(bool(r.harm) for r in results)} harmed", file=said, flush=True)
    tool.close()
    sys.exit(report(results, arguments.report) > 0)


if __name__ == "__main__":
    main()
