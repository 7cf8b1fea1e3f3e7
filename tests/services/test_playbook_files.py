"""A playbook is read from files that anybody may have written, and written so that it reads back."""

import io
import re
import shutil
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from playbook.domain.preparedness.canonical import canonical_bytes, content_hash, from_canonical
from playbook.domain.preparedness.document import Playbook
from playbook.domain.preparedness.findings import Severity
from playbook.services.preparedness.playbook_files import (
    STARTERS,
    Library,
    load,
    read_folder,
    read_zip,
    words_digest,
    write_folder,
    write_zip,
)
from playbook.services.preparedness.yaml_text import MOST_BYTES, read_yaml
from playbook.services.preparedness.yaml_writing import playbook_yaml, words_yaml
from tests.domain.preparedness.playbooks import playbooks

PLAYBOOKS = Path(__file__).parents[1] / "fixtures" / "playbooks"
SMALL_CITY = PLAYBOOKS / "small-city"
NOBODY = Library([])


def small_city() -> bytes:
    reading = read_folder(SMALL_CITY)
    assert reading.canonical is not None
    return reading.canonical


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The small city in a folder of its own, free to be spoilt."""
    return shutil.copytree(SMALL_CITY, tmp_path / "small-city")


class TestFolders:
    def test_a_good_playbook_has_nothing_to_mend(self) -> None:
        reading = read_folder(SMALL_CITY)
        assert reading.findings == []
        assert reading.playbook is not None
        assert reading.canonical == canonical_bytes(reading.playbook)

    def test_six_mistakes_are_six_findings_each_on_its_line(self) -> None:
        reading = read_folder(PLAYBOOKS / "six-mistakes")
        assert reading.playbook is None
        assert reading.canonical is None
        assert [(f.file, f.line, f.path) for f in reading.findings] == [
            ("playbook.yaml", 9, "roles.harbour-master.chanels"),
            ("playbook.yaml", 15, "decisions.close-the-port.due"),
            ("playbook.yaml", 16, "decisions.close-the-port.decides"),
            ("playbook.yaml", 20, "decisions.close-the-port.evidence.mark"),
            ("words/ar.yaml", 8, "decisions.close-the-port.pitfalls"),
            ("words/en.yaml", 10, "messages.port-notice"),
        ]
        assert all(f.severity is Severity.ERROR for f in reading.findings)

    def test_a_finding_reads_like_a_sentence_with_its_place(self) -> None:
        finding = read_folder(PLAYBOOKS / "six-mistakes").findings[2]
        assert str(finding) == (
            "playbook.yaml:16: error: decisions.close-the-port.decides names the role "
            "“harbor-master”, which does not exist. Did you mean “harbour-master”?"
        )
        assert finding.problem.say == "{path} names the role “{id}”, which does not exist."
        assert finding.problem.facts["id"] == "harbor-master"

    def test_a_folder_without_a_playbook_says_so(self, tmp_path: Path) -> None:
        (found,) = read_folder(tmp_path).findings
        assert found.problem == "There is no “playbook.yaml” here."

    def test_yaml_that_cannot_be_read_is_one_finding_with_its_line(self, copy: Path) -> None:
        words = copy / "words" / "ar.yaml"
        words.write_text(
            words.read_text("utf-8").replace("roles.mayor.name: ", "roles.mayor.name "), "utf-8"
        )
        (found,) = read_folder(copy).findings
        line = next(
            n
            for n, t in enumerate(words.read_text("utf-8").splitlines(), 1)
            if "roles.mayor.name" in t
        )
        assert found.file == "words/ar.yaml"
        assert abs(found.line - line) <= 1

    def test_a_key_that_is_there_twice_is_an_error(self, copy: Path) -> None:
        with (copy / "words" / "ar.yaml").open("a", encoding="utf-8") as words:
            words.write("  roles.mayor.name: العمدة\n")
        reading = read_folder(copy)
        (found,) = reading.findings
        assert reading.playbook is None
        assert found.problem.startswith("“roles.mayor.name” is there twice")

    def test_files_of_other_names_are_passed_over_aloud(self, copy: Path) -> None:
        (copy / "words" / "fr.yml").write_text("language: fr\n", "utf-8")
        (copy / "notes.txt").write_text("for us", "utf-8")
        reading = read_folder(copy)
        assert reading.playbook is not None
        assert [(f.severity, f.file) for f in reading.findings] == [("warning", "words/fr.yml")]

    def test_another_city_s_id_cannot_lead_out_of_the_library(self, tmp_path: Path) -> None:
        shutil.copytree(SMALL_CITY, tmp_path / "secret")
        library = Library([tmp_path / "shelf"])
        assert library.find("../secret") is None
        assert library.find("/etc") is None

    def test_the_starters_can_be_built_on(self) -> None:
        assert set(Library.beside(SMALL_CITY).ids()) >= {
            "small-city",
            *(path.parent.name for path in STARTERS.glob("*/playbook.yaml")),
        }

    def test_words_digest_is_what_a_translation_quotes(self) -> None:
        playbook = from_canonical(small_city())
        assert words_digest(playbook.words["en"]) == playbook.translations["ar"].made_from


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def files_of(folder: Path, prefix: str = "") -> dict[str, bytes | str]:
    return {
        f"{prefix}{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in sorted(folder.rglob("*.yaml"))
    }


class TestZips:
    @pytest.mark.parametrize("prefix", ["", "small-city/", "from-port-harmony/small-city/"])
    def test_a_zip_reads_as_its_folder(self, prefix: str) -> None:
        assert read_zip(zipped(files_of(SMALL_CITY, prefix)), NOBODY).canonical == small_city()

    def test_what_file_managers_add_is_no_matter(self) -> None:
        litter: dict[str, bytes | str] = {
            "__MACOSX/small-city/._playbook.yaml": b"\x00", "small-city/.DS_Store": b"\x00",
            "small-city/README.md": "for people", "LICENCE": "CC0",
        }  # fmt: skip
        reading = read_zip(zipped({**litter, **files_of(SMALL_CITY, "small-city/")}), NOBODY)
        assert reading.findings == []
        assert reading.canonical == small_city()

    def test_the_folder_s_name_is_checked(self) -> None:
        reading = read_zip(zipped(files_of(SMALL_CITY, "large-city/")), NOBODY)
        assert [f.path for f in reading.findings] == ["playbook"]

    @pytest.mark.parametrize(
        "name",
        ["../playbook.yaml", "small-city/../../words/en.yaml", "/etc/passwd", "C:\\en.yaml",
         "words\\en.yaml", "C:/en.yaml"],
    )  # fmt: skip
    def test_nothing_may_lie_outside_its_folder(self, name: str) -> None:
        (found,) = read_zip(zipped({**files_of(SMALL_CITY), name: "x"}), NOBODY).findings
        assert "outside its own folder" in found.problem

    def test_links_are_refused(self) -> None:
        packed = io.BytesIO(zipped(files_of(SMALL_CITY)))
        with zipfile.ZipFile(packed, "a") as archive:
            link = zipfile.ZipInfo("words/fr.yaml")
            link.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(link, "/etc/passwd")
        (found,) = read_zip(packed.getvalue(), NOBODY).findings
        assert "a link instead of a file" in found.problem

    def test_only_what_every_machine_packs_is_unpacked(self) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
            archive.writestr("playbook.yaml", "playbook: a\n")
        (found,) = read_zip(packed.getvalue(), NOBODY).findings
        assert "packed in a way that is not read here" in found.problem

    def test_a_file_that_unpacks_to_too_much_is_refused(self) -> None:
        bomb = zipped({"playbook.yaml": b"#" * (MOST_BYTES + 1)})
        assert len(bomb) < 10_000
        (found,) = read_zip(bomb, NOBODY).findings
        assert "too large when it is unpacked" in found.problem

    def test_many_files_that_unpack_to_too_much_are_refused(self) -> None:
        bomb = zipped({f"words/{n}.yaml": b"#" * MOST_BYTES for n in range(13)})
        (found,) = read_zip(bomb, NOBODY).findings
        assert "too large when it is unpacked" in found.problem

    def test_too_many_files_are_refused(self) -> None:
        (found,) = read_zip(zipped({f"words/{n}.yaml": "" for n in range(201)}), NOBODY).findings
        assert "holds 201 files" in found.problem

    def test_two_playbooks_in_one_zip_are_refused(self) -> None:
        both = {**files_of(SMALL_CITY, "a/"), **files_of(SMALL_CITY, "b/")}
        (found,) = read_zip(zipped(both), NOBODY).findings
        assert "exactly one “playbook.yaml”" in found.problem

    @pytest.mark.parametrize(
        "content", [b"", b"PK", b"not a zip at all", b"PK\x05\x06" + b"\0" * 18]
    )
    def test_what_is_no_zip_is_refused(self, content: bytes) -> None:
        reading = read_zip(content, NOBODY)
        assert reading.playbook is None
        assert len(reading.findings) == 1

    @given(st.integers(0, 400), st.integers(0, 255))
    @example(220, 0)
    def test_a_damaged_zip_gives_findings_and_never_an_exception(
        self, place: int, byte: int
    ) -> None:
        packed = bytearray(
            zipped({"playbook.yaml": "playbook: a\n", "words/en.yaml": "language: en\n"})
        )
        packed[place % len(packed)] = byte
        assert read_zip(bytes(packed), NOBODY).findings

    def test_a_zip_may_build_on_the_library(self) -> None:
        reading = read_zip(zipped(files_of(PLAYBOOKS / "six-mistakes")), Library([PLAYBOOKS]))
        assert len(reading.findings) == 6


class TestWriting:
    def test_what_is_written_reads_back_to_the_same_hash(self, tmp_path: Path) -> None:
        folder = write_folder(small_city(), tmp_path)
        assert folder == tmp_path / "small-city"
        reading = read_folder(folder, NOBODY)
        assert reading.findings == []
        assert reading.canonical is not None
        assert content_hash(reading.canonical) == content_hash(small_city())

    def test_what_builds_on_another_is_written_whole(self, tmp_path: Path) -> None:
        harbour = tmp_path / "harbour"
        (harbour / "words").mkdir(parents=True)
        (harbour / "playbook.yaml").write_text(
            "playbook: harbour\nbuilds-on: small-city\nwithout: {lessons: [moved-tributes]}\n",
            "utf-8",
        )
        resolved = read_folder(harbour, Library([PLAYBOOKS])).canonical
        assert resolved is not None
        assert read_folder(write_folder(resolved, tmp_path / "out"), NOBODY).canonical == resolved

    def test_texts_that_yaml_would_trip_over_survive(self, tmp_path: Path) -> None:
        awkward = [
            "yes", "2017", "- a list?", "a: b", "# no comment", "{city}", "'quoted'", '"', "two\nlines\n\nfour",
            "  indented\n    more", "\u200fعربي\u200f", "e\u0301", "🕯", "%", "@x", "!tag", "*", "&a", "|", ">",
            "tab\there", "a\u2028b", "-", "?", "null", "~", "1_000", "x" * 500, "word " * 80,
        ]  # fmt: skip
        playbook = from_canonical(small_city())
        keys = sorted(key for key in playbook.words["en"] if not key.startswith("messages."))
        words = {
            **playbook.words["en"],
            **{k: t for k, t in zip(keys, awkward, strict=False) if "{" not in t},
        }
        changed = Playbook.model_validate(
            {**playbook.model_dump(by_alias=True), "words": {**playbook.words, "en": words}}
        )
        reading = read_folder(write_folder(canonical_bytes(changed), tmp_path), NOBODY)
        assert reading.playbook is not None, reading.findings
        assert reading.playbook.words == changed.words

    @given(playbooks())
    def test_whatever_a_playbook_says_reads_back_as_it_was(self, playbook: Playbook) -> None:
        structure, findings = read_yaml("playbook.yaml", playbook_yaml(playbook).encode())
        assert findings == []
        words = {}
        for language in playbook.words:
            file, findings = read_yaml("words.yaml", words_yaml(playbook, language).encode())
            assert findings == []
            assert isinstance(file.tree, dict)
            words[language] = file.tree["words"] or {}
        assert isinstance(structure.tree, dict)
        assert Playbook.model_validate({**structure.tree, "words": words}) == playbook

    def test_nothing_is_written_over(self, tmp_path: Path) -> None:
        write_folder(small_city(), tmp_path)
        with pytest.raises(FileExistsError):
            write_folder(small_city(), tmp_path)

    def test_a_zip_is_the_same_bytes_every_time_and_reads_back(self) -> None:
        packed = write_zip(small_city())
        assert packed == write_zip(small_city())
        assert read_zip(packed, NOBODY).canonical == small_city()


class TestLoading:
    def test_a_folder_or_a_zip_is_loaded_alike(self, tmp_path: Path) -> None:
        (tmp_path / "small-city.zip").write_bytes(write_zip(small_city()))
        assert load(tmp_path / "small-city.zip").canonical == load(SMALL_CITY).canonical

    def test_what_is_not_there_is_a_finding(self, tmp_path: Path) -> None:
        (found,) = load(tmp_path / "nowhere.zip").findings
        assert found.problem.startswith("This cannot be opened")


class TestTheGuide:
    """What `docs/writing-a-playbook.md` shows is a playbook that the service reads."""

    def test_its_example_has_nothing_to_mend(self, tmp_path: Path) -> None:
        guide = (PLAYBOOKS.parents[2] / "docs" / "writing-a-playbook.md").read_text("utf-8")
        shown = re.findall(r"```yaml\n# (ferry-terminal/\S+)\n(.*?)```", guide, re.DOTALL)
        assert len(shown) == 3
        for name, text in shown:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        reading = read_folder(tmp_path / "ferry-terminal")
        assert reading.playbook is not None
        assert [f for f in reading.findings if not f.file.startswith("city-base/")] == []
