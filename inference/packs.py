"""Model packs: folders that hold a model and say, as data, how it is fed and how its answer is read.

A new model of a known decoder is a new folder and no code. Reading a pack loads no model and imports nothing heavy,
so that listing packs is quick.

Invariants: a `Pack` that was read is complete: its fields have been checked and its files are there with their stated
sizes. Files lie in the pack's own folder; a pack can't name a file elsewhere. Whether their content is the stated one
is asked by `check`, because that reads every byte.

pack.toml, by example: resources/packs/objects/pack.toml. Its tables are the dataclasses below; `[models.ROLE]` has one
table for each network that the decoder needs, called "main" where there is only one.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference.pack_fields import (
    WrongField,
    channels,
    field,
    names,
    one_of,
    pixels,
    plain_name,
    share,
    shares,
    table_at,
    tile_counts,
)
from resources import RESOURCES
from storage.job import KnownError

EMBEDDED = RESOURCES / "packs"
"""Where the packs are that come with the program."""

TASKS = ("detect", "classify", "text")
DECODERS = ("ssd", "classes", "lines")
RESIZES = ("squash", "crop", "pad", "fit")
FILTERS = ("nearest", "bilinear", "bicubic", "lanczos")
ACTIVATIONS = ("none", "sigmoid", "softmax")


@dataclass(frozen=True, slots=True)
class Source:
    """Where the weights come from: what it is, and the published package with its SHA-256."""

    model: str
    package: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PackFile:
    """A file of the pack: its name in the folder, its size in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Input:
    """How a photo becomes the tensor of a network.

    Attributes:
        name: of the graph's input; width, height: pixels.
        layout: "NCHW" or "NHWC"; always a batch of one.
        colours: "RGB" or "BGR".
        mean, deviation: for each channel, on the scale 0..255: value → (value - mean) / deviation.
        resize: "squash" to the size; "crop" the centre after the shorter side was made `margin` pixels longer than
            the input's; "pad" to keep the shape, with grey 114 right and below; "fit" for a network that takes any size
            and whose decoder chooses it.
        filter: of the resizing, "nearest", "bilinear", "bicubic" or "lanczos".
        margin: see "crop"; pixels.
    """

    name: str
    width: int
    height: int
    layout: str
    colours: str
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]
    resize: str
    filter: str
    margin: int = 0


@dataclass(frozen=True, slots=True)
class Model:
    """One network: what it is for in the pack, its ONNX file, and its input."""

    role: str
    file: str
    input: Input


@dataclass(frozen=True, slots=True)
class SecondVote:
    """How the network with the role "second" votes on what the main one sees; it has the same labels and outputs.

    Attributes:
        weight: of its score against the main network's 1, both as log odds; above 0.
        shift: added to its log odds, where it gives lower scores for the same certainty.
        alone: labels that the main network judges alone.
    """

    weight: float
    shift: float
    alone: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Output:
    """How the answer is read.

    Attributes:
        decoder: which of our decoders.
        labels: file with a line "index, label, words" for each output, separated by tabs.
        scores, boxes: names of the graph's outputs; boxes is "" where there are none.
        activation: what is still to be done to the scores.
        sharpness: the scores are multiplied by it before that (1/temperature; Guo et al., ICML 2017), so that
            a probability means what it says.
        floor: least score 0..1 that is kept at all; the vocabulary decides later what is said.
        overlap: IoU from which two boxes of one label are one thing.
        second: how a second network votes, or None where there is none.
    """

    decoder: str
    labels: str
    scores: str
    boxes: str
    activation: str
    sharpness: float
    floor: float
    overlap: float
    second: SecondVote | None = None


@dataclass(frozen=True, slots=True)
class Views:
    """Which views of a photo the model sees besides the whole; each costs one more run.

    Attributes:
        tiles: n for n×n enlarged parts, several for parts of several sizes.
        shared: share of a tile's side that it has in common with its neighbour, 0..1, for each size of parts.
        mirror: whether the whole is also seen mirrored.
        coarse: labels that are counted by the whole and the first size of parts alone, unless the finer ones show a
            crowd: they find small things, and take parts of large ones for more of them.
        squash: whether a model that sees the centre of a photo also sees all of it, squashed.
    """

    tiles: tuple[int, ...] = ()
    shared: tuple[float, ...] = ()
    mirror: bool = False
    squash: bool = False
    coarse: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pack:
    """A model pack that can be loaded.

    Attributes:
        id: short name, the folder's; a run of the pack is kept under id and version.
        about: a sentence for the user. licence: SPDX identifier of the weights.
        memory_mb: what a loaded pack adds to the program's memory, in MB.
    """

    id: str
    version: str
    name: str
    about: str
    task: str
    licence: str
    memory_mb: int
    folder: Path
    source: Source
    models: tuple[Model, ...]
    output: Output
    views: Views
    files: tuple[PackFile, ...]

    def model(self, role: str = "main") -> Model:
        """The network with that role; KnownError where the pack has none."""
        for model in self.models:
            if model.role == role:
                return model
        raise _broken(self.folder, f"it has no network “{role}”")


def discover(own: Path | None = None, *, broken: list[str] | None = None) -> list[Pack]:
    """All packs, by id: those that come with the program, and the user's own, which win where the id is the same.

    Args:
        own: folder with a folder for each pack; it need not exist.
        broken: gets a sentence for each pack that can't be used. Where it is None, the first of them is raised.

    Raises:
        KnownError: a pack can't be used, and `broken` is None.
    """
    found: dict[str, Pack] = {}
    for place in (EMBEDDED, own):
        if place is None or not place.is_dir():
            continue
        for folder in sorted(place.iterdir()):
            if not (folder / "pack.toml").is_file():
                continue
            try:
                pack = read_pack(folder)
            except KnownError as error:
                if broken is None:
                    raise
                broken.append(str(error))
            else:
                found[pack.id] = pack
    return [found[name] for name in sorted(found)]


def read_pack(folder: Path) -> Pack:
    """Read and check pack.toml; the files must be there with their stated sizes.

    Raises:
        KnownError: with what is wrong and what to do.
    """
    try:
        table = tomllib.loads((folder / "pack.toml").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _broken(folder, f"pack.toml can't be read ({error})") from error
    try:
        pack = _pack(folder, table)
    except WrongField as error:
        raise _broken(folder, str(error)) from error
    for file in pack.files:
        path = folder / file.name
        if not path.is_file():
            raise _broken(folder, f"the file “{file.name}” is missing")
        if path.stat().st_size != file.size:
            raise _broken(folder, f"“{file.name}” isn't {file.size:,} bytes long")
    stated = {file.name for file in pack.files}
    for name in (*(model.file for model in pack.models), pack.output.labels):
        if name not in stated:
            raise _broken(folder, f"“{name}” isn't among the files that it lists")
    return pack


def check(pack: Pack) -> None:
    """Compare every byte of the pack with the stated SHA-256.

    Raises:
        KnownError: a file was changed or damaged.
    """
    for file in pack.files:
        try:
            with (pack.folder / file.name).open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise _broken(pack.folder, f"“{file.name}” can't be read ({error.strerror})") from error
        if found != file.sha256:
            raise _broken(pack.folder, f"“{file.name}” isn't the file that was published")


def read_labels(pack: Pack) -> list[str]:
    """The label of each output, by index; "" for an output that has none.

    Raises:
        KnownError: the list is broken.
    """
    try:
        # Not splitlines, and not as text: characters that Python takes for line ends may be labels.
        lines = (pack.folder / pack.output.labels).read_bytes().decode("utf-8").split("\n")
        rows = [line.split("\t") for line in lines if line]
        numbered = {int(row[0]): row[1] for row in rows}
    except (OSError, UnicodeDecodeError, ValueError, IndexError) as error:
        raise _broken(pack.folder, f"its list of labels can't be read ({error})") from error
    if not numbered or min(numbered) < 0:
        raise _broken(pack.folder, "its list of labels is empty or wrong")
    return [numbered.get(index, "") for index in range(max(numbered) + 1)]


def _broken(folder: Path, what: str) -> KnownError:
    return KnownError(
        f"The model pack “{folder.name}” can't be used: {what}. Install it again, or remove the folder {folder}."
    )


def _pack(folder: Path, table: Mapping[str, Any]) -> Pack:
    models = tuple(_model(role, each) for role, each in sorted(table_at(table, "models").items()))
    if not models:
        raise WrongField("it has no network")
    views = table_at(table, "views") if "views" in table else {}
    files = table.get("files")
    if not isinstance(files, list):
        raise WrongField("pack.toml lists no files")
    return Pack(
        id=field(table, "id", str),
        version=field(table, "version", str),
        name=field(table, "name", str),
        about=field(table, "about", str, ""),
        task=one_of(table, "task", TASKS),
        licence=field(table, "licence", str),
        memory_mb=field(table, "memory_mb", int, 0),
        folder=folder,
        source=_source(table_at(table, "source")),
        models=models,
        output=_output(table_at(table, "output")),
        views=Views(
            tiles=tile_counts(views),
            shared=shares(views, "shared", len(tile_counts(views))),
            mirror=field(views, "mirror", bool, False),
            squash=field(views, "squash", bool, False),
            coarse=names(views, "coarse"),
        ),
        files=tuple(_file(each) for each in files),
    )


def _source(table: Mapping[str, Any]) -> Source:
    return Source(*(field(table, key, str) for key in ("model", "package", "version", "sha256")))


def _file(table: Any) -> PackFile:
    if not isinstance(table, dict):
        raise WrongField("its list of files is wrong")
    return PackFile(
        plain_name(field(table, "name", str)), field(table, "size", int), field(table, "sha256", str).lower()
    )


def _model(role: str, table: Any) -> Model:
    if not isinstance(table, dict):
        raise WrongField("pack.toml has no [models.main]")
    given = table_at(table, "input")
    return Model(
        role=role,
        file=plain_name(field(table, "file", str)),
        input=Input(
            name=field(given, "name", str),
            width=pixels(given, "width"),
            height=pixels(given, "height"),
            layout=one_of(given, "layout", ("NCHW", "NHWC")),
            colours=one_of(given, "colours", ("RGB", "BGR")),
            mean=channels(given, "mean"),
            deviation=channels(given, "deviation"),
            resize=one_of(given, "resize", RESIZES),
            filter=one_of(given, "filter", FILTERS),
            margin=field(given, "margin", int, 0),
        ),
    )


def _output(table: Mapping[str, Any]) -> Output:
    return Output(
        decoder=one_of(table, "decoder", DECODERS),
        labels=plain_name(field(table, "labels", str)),
        scores=field(table, "scores", str),
        boxes=field(table, "boxes", str, ""),
        activation=one_of(table, "activation", ACTIVATIONS),
        sharpness=field(table, "sharpness", float, 1.0),
        floor=share(table, "floor", 0.1),
        overlap=share(table, "overlap", 0.5),
        second=_second(table_at(table, "second")) if "second" in table else None,
    )


def _second(table: Mapping[str, Any]) -> SecondVote:
    weight = field(table, "weight", float)
    if not weight > 0:
        raise WrongField("“weight” in pack.toml must be above 0")
    return SecondVote(weight, field(table, "shift", float, 0.0), names(table, "alone"))
