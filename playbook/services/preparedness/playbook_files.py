"""Playbooks as files: a folder or a zip is read, checked and resolved; a version is written out.

A folder holds `playbook.yaml` and `words/<language>.yaml`. What is read comes from people, often
from another city: names, sizes and depth are checked, nothing is extracted to disk, and whatever is
wrong becomes a finding, never an exception.
"""

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NoReturn

from playbook.domain.preparedness.canonical import canonical_bytes, from_canonical, words_digest
from playbook.domain.preparedness.checking import check
from playbook.domain.preparedness.document import Playbook
from playbook.domain.preparedness.durations import ID
from playbook.domain.preparedness.fields import LANGUAGE
from playbook.domain.preparedness.findings import Finding, Sentence, has_errors
from playbook.domain.preparedness.raw import Position, RawFile, RawPlaybook, error, warning
from playbook.services.preparedness.yaml_text import MOST_BYTES, read_yaml
from playbook.services.preparedness.yaml_writing import playbook_yaml, words_yaml

__all__ = [
    "STARTERS",
    "Library",
    "Reading",
    "load",
    "read_folder",
    "read_zip",
    "words_digest",
    "write_folder",
    "write_zip",
]

#: The playbooks that come with the service.
STARTERS = Path(__file__).parents[2] / "starters"

STRUCTURE = "playbook.yaml"
_WORDS = re.compile(rf"words/({LANGUAGE})\.yaml")

MOST_ZIP_BYTES = 8 * 1024 * 1024
MOST_ZIP_FILES = 200
#: All files of a zip together, unpacked.
MOST_UNPACKED_BYTES = 24 * 1024 * 1024
#: What the standard library raises for a zip that is damaged, encrypted or of an odd kind.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    LookupError,  # a member without a name
)
#: What file managers put into zips by themselves.
_LITTER = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)")


@dataclass(frozen=True)
class Reading:
    """What came of reading a playbook: the document and its canonical bytes unless there are
    errors.
    """

    playbook: Playbook | None
    canonical: bytes | None
    findings: list[Finding]


class Library:
    """The playbooks that others can build on: the folders in each of `roots`, the first one first."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = roots
        self._read: dict[str, RawPlaybook | None] = {}

    @classmethod
    def beside(cls, folder: Path) -> "Library":
        """Return the library of a playbook's folder: its neighbours, then the starters."""
        return cls([folder.resolve().parent, STARTERS])

    def find(self, playbook_id: str) -> RawPlaybook | None:
        """Return the playbook of that id as written, its files named "<id>/…", or None."""
        if playbook_id not in self._read:
            self._read[playbook_id] = self._look_up(playbook_id)
        return self._read[playbook_id]

    def ids(self) -> Iterable[str]:
        """Return the ids of all playbooks that can be built on."""
        found = (path.parent.name for root in self._roots for path in root.glob(f"*/{STRUCTURE}"))
        return sorted(set(found))

    def _look_up(self, playbook_id: str) -> RawPlaybook | None:
        if not re.fullmatch(ID, playbook_id):
            return None
        for root in self._roots:
            if (root / playbook_id / STRUCTURE).is_file():
                return _raw_folder(root / playbook_id, f"{playbook_id}/")
        return None


def load(path: Path, library: Library | None = None) -> Reading:
    """Read the playbook at `path`, a folder or a zip; see `read_folder` and `read_zip`."""
    library = library or Library.beside(path)
    if path.is_dir():
        return read_folder(path, library)
    try:
        with path.open("rb") as file:
            content = file.read(MOST_ZIP_BYTES + 1)
    except OSError as broken:
        return _refused(
            path.name, Sentence("This cannot be opened: {reason}.", reason=broken.strerror)
        )
    return read_zip(content, library)


def read_folder(path: Path, library: Library | None = None) -> Reading:
    """Read, resolve and check the playbook in the folder `path`; every finding is told at once."""
    raw = _raw_folder(path.resolve(), "")
    return _reading(raw, library or Library.beside(path))


def read_zip(content: bytes, library: Library) -> Reading:
    """Read, resolve and check the playbook in a zip, in memory.

    The zip holds the files of one playbook, at its top or in one folder.
    """
    if len(content) > MOST_ZIP_BYTES:
        return _refused(
            "zip", Sentence("This zip is larger than {most} MB.", most=MOST_ZIP_BYTES >> 20)
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = dict(_unpacked(archive))
    except _UnsafeZipError as unsafe:
        return Reading(None, None, [unsafe.finding])
    except _BROKEN:
        return _refused("zip", Sentence("This is not a zip that can be read."))
    folder, inside = _one_playbook(files)
    if inside is None:
        return _refused(
            "zip", Sentence("This zip should hold exactly one “{file}”.", file=STRUCTURE)
        )
    return _reading(_raw(folder, inside, ""), library)


def write_folder(canonical: bytes, parent: Path) -> Path:
    """Write a stored playbook as a folder in `parent` and return that folder.

    What is written is whole (it builds on nothing) and reads back to the same content hash. Raises
    NotCanonical, or FileExistsError if the folder is there already.
    """
    playbook = from_canonical(canonical)
    folder = parent / playbook.id
    folder.mkdir(parents=True)
    (folder / "words").mkdir()
    for name, text in _written(playbook).items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return folder


def write_zip(canonical: bytes) -> bytes:
    """Return a stored playbook as a zip of its folder; equal playbooks give equal bytes."""
    playbook = from_canonical(canonical)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(_written(playbook).items()):
            member = zipfile.ZipInfo(f"{playbook.id}/{name}", date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(member, text.encode())
    return packed.getvalue()


def _written(playbook: Playbook) -> dict[str, str]:
    """Return the files of a playbook: name → text."""
    words = {
        f"words/{language}.yaml": words_yaml(playbook, language) for language in playbook.words
    }
    return {STRUCTURE: playbook_yaml(playbook), **words}


def _reading(raw: RawPlaybook, library: Library) -> Reading:
    playbook, findings = check(raw, library)
    if playbook is None or has_errors(findings):
        return Reading(None, None, findings)
    canonical = canonical_bytes(playbook)
    return Reading(from_canonical(canonical), canonical, findings)


def _refused(name: str, problem: Sentence) -> Reading:
    mend = Sentence("Choose the folder of a playbook, or a zip of it.")
    return Reading(None, None, [error(Position(name, 1), (), problem, mend)])


def _raw_folder(folder: Path, prefix: str) -> RawPlaybook:
    files: dict[str, bytes] = {}
    for path in (folder / STRUCTURE, *sorted(folder.glob("words/*")), *folder.glob("playbook.yml")):
        if path.is_file():
            with path.open("rb") as file:
                files[path.relative_to(folder).as_posix()] = file.read(MOST_BYTES + 1)
    return _raw(folder.name, files, prefix)


def _raw(folder: str | None, files: Mapping[str, bytes], prefix: str) -> RawPlaybook:
    """Return a playbook as written, from its files by name; `prefix` goes before names in findings."""
    findings: list[Finding] = []
    structure = RawFile(f"{prefix}{STRUCTURE}", None)
    words: dict[str, RawFile] = {}
    if STRUCTURE in files:
        structure, found = read_yaml(structure.name, files[STRUCTURE])
        findings.extend(found)
    else:
        findings.append(_no_structure(structure.name))
    for name in sorted(set(files) - {STRUCTURE}):
        named = _WORDS.fullmatch(name)
        if named:
            words[named.group(1)], found = read_yaml(f"{prefix}{name}", files[name])
            findings.extend(found)
        else:
            findings.append(_passed_over(f"{prefix}{name}"))
    return RawPlaybook(folder, structure, words, tuple(findings))


def _no_structure(name: str) -> Finding:
    return error(
        Position(name, 1),
        (),
        Sentence("There is no “{file}” here.", file=STRUCTURE),
        Sentence("A playbook is a folder with “playbook.yaml” and “words/<language>.yaml”."),
    )


def _passed_over(name: str) -> Finding:
    return warning(
        Position(name, 1),
        (),
        Sentence("This file is not read."),
        Sentence("Words are read from “words/<language>.yaml”, as in “words/fr-CA.yaml”."),
    )


class _UnsafeZipError(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


def _unpacked(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a zip, name and content; raises _UnsafeZipError."""
    members = [m for m in archive.infolist() if not m.is_dir() and not _LITTER.search(m.filename)]
    if len(members) > MOST_ZIP_FILES:
        _unsafe(
            "zip",
            Sentence("This zip holds {count} files; a playbook has a handful.", count=len(members)),
        )
    seen: set[str] = set()
    total = 0
    for member in members:
        name = member.filename
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
            _unsafe(name, Sentence("This zip wants to write outside its own folder."))
        if stat.S_ISLNK(member.external_attr >> 16):
            _unsafe(name, Sentence("This zip holds a link instead of a file."))
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            _unsafe(name, Sentence("This zip is packed in a way that is not read here."))
        if name in seen:
            _unsafe(name, Sentence("This file is in the zip twice."))
        seen.add(name)
        with archive.open(member) as packed:
            content = packed.read(MOST_BYTES + 1)
        total += len(content)
        if len(content) > MOST_BYTES or total > MOST_UNPACKED_BYTES:
            _unsafe(name, Sentence("This zip is too large when it is unpacked."))
        yield name, content


def _unsafe(name: str, problem: Sentence) -> NoReturn:
    mend = Sentence("Zip the playbook's folder again, with nothing else in it.")
    raise _UnsafeZipError(error(Position(name, 1), (), problem, mend))


def _one_playbook(files: Mapping[str, bytes]) -> tuple[str | None, dict[str, bytes] | None]:
    """Return folder and files of the one playbook in a zip, names relative to its folder."""
    structures = [PurePosixPath(name) for name in files if PurePosixPath(name).name == STRUCTURE]
    if len(structures) != 1:
        return None, None
    home = structures[0].parent
    inside = {
        PurePosixPath(name).relative_to(home).as_posix(): content
        for name, content in files.items()
        if PurePosixPath(name).is_relative_to(home)
        and _belongs(PurePosixPath(name).relative_to(home))
    }
    return home.name or None, inside


def _belongs(name: PurePosixPath) -> bool:
    return name.as_posix() == STRUCTURE or name.parts[0] == "words"
