"""The small city as it is written, to be spoilt by a test and checked again."""

import copy
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from playbook.domain.preparedness.canonical import words_digest
from playbook.domain.preparedness.checking import check
from playbook.domain.preparedness.document import Playbook
from playbook.domain.preparedness.findings import Finding
from playbook.domain.preparedness.raw import RawFile, RawPlaybook
from playbook.services.preparedness.yaml_text import read_yaml

SMALL_CITY = Path(__file__).parents[2] / "fixtures" / "playbooks" / "small-city"


class Shelf:
    """A library that holds what a test puts on it."""

    def __init__(self, *playbooks: RawPlaybook) -> None:
        self._playbooks = {p.folder: p for p in playbooks}

    def find(self, playbook_id: str) -> RawPlaybook | None:
        return self._playbooks.get(playbook_id)

    def ids(self) -> Iterable[str]:
        return [name for name in self._playbooks if name]


class Written:
    """A playbook as trees, free to be changed; lines are those of the files it came from."""

    def __init__(self, structure: RawFile, words: Mapping[str, RawFile]) -> None:
        self._files = (structure, words)
        self.structure: Any = copy.deepcopy(structure.tree)
        self.files: dict[str, Any] = {
            lang: copy.deepcopy(file.tree) for lang, file in words.items()
        }

    @property
    def en(self) -> dict[str, str]:
        return self.files["en"]["words"]

    @property
    def ar(self) -> dict[str, str]:
        return self.files["ar"]["words"]

    def say(self, words: Mapping[str, str]) -> None:
        """Add words in every language."""
        for file in self.files.values():
            file["words"].update(words)

    def raw(self, prefix: str = "") -> RawPlaybook:
        structure, words = self._files
        return RawPlaybook(
            self.structure.get("playbook"),
            RawFile(prefix + structure.name, self.structure, structure.lines),
            {
                lang: RawFile(
                    f"{prefix}words/{lang}.yaml", tree, words[lang].lines if lang in words else {}
                )
                for lang, tree in self.files.items()
            },
        )

    def translated(self) -> "Written":
        """Let the Arabic quote the English as it now is."""
        self.files["ar"]["made-from"] = words_digest(self.en)
        return self

    def check(self, *parents: RawPlaybook) -> tuple[Playbook | None, list[Finding]]:
        return check(self.raw(), Shelf(*parents))

    def findings(self, *parents: RawPlaybook) -> list[Finding]:
        return self.check(*parents)[1]

    def playbook(self, *parents: RawPlaybook) -> Playbook:
        playbook, findings = self.check(*parents)
        assert playbook is not None, "\n".join(map(str, findings))
        return playbook


@cache
def _file(name: str) -> RawFile:
    return read_yaml(name, (SMALL_CITY / name).read_bytes())[0]


def small_city() -> Written:
    """Return the small city, without a mistake."""
    words = {lang: _file(f"words/{lang}.yaml") for lang in ("en", "ar")}
    return Written(_file("playbook.yaml"), words)


def child(**structure: Any) -> Written:
    """Return a playbook that builds on the small city and says nothing else yet."""
    tree = {"playbook": "harbour", "builds-on": "small-city", **structure}
    files = {
        lang: RawFile(f"words/{lang}.yaml", {"language": lang, "words": {}})
        for lang in ("en", "ar")
    }
    return Written(RawFile("playbook.yaml", tree), files)
