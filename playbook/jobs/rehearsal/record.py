"""What an exercise has done, so that what the service made of it can be held against it afterwards."""

from dataclasses import dataclass, field
from datetime import datetime

from playbook.domain.response.paper import Tick
from playbook.domain.response.rehearsal import Kind


@dataclass(frozen=True)
class Happened:
    """One thing that happened at `at`, in a sentence.

    `skipped` says why it could not be walked, `refused` what the service would not do although it should have; both
    are empty where it came about.
    """

    kind: Kind
    at: datetime
    what: str
    skipped: str = ""
    refused: str = ""


@dataclass(frozen=True)
class SwapMade:
    """A turn of `role` that went from one person to another."""

    swap_id: int
    role: str
    from_person_id: int
    to_person_id: int


@dataclass(frozen=True)
class CodeTried:
    """A code that somebody asked about, on the "page" or at the "desk": one of ours or not, and what they heard."""

    via: str
    right: bool
    believed: bool


@dataclass(frozen=True)
class Corrected:
    """A number corrected while its person was being asked; numbers by blind index.

    `after_message` is the last simulated message before that; `unanswered` whether a role still waited for them.
    """

    person_id: int
    old_index: str
    new_index: str
    after_message: int
    unanswered: bool


@dataclass(frozen=True)
class SitesWarned:
    """Which places were warned: those like the one that was attacked."""

    kinds: tuple[str, ...]
    communities: tuple[str, ...]
    attacked: str


@dataclass
class Record:
    """Everything that the exercise itself did."""

    happened: list[Happened] = field(default_factory=list)
    rota_roles: list[str] = field(default_factory=list)
    gap_role: str = ""
    swap: SwapMade | None = None
    codes: list[CodeTried] = field(default_factory=list)
    corrected: Corrected | None = None
    ticks: list[Tick] = field(default_factory=list)
    sites: SitesWarned | None = None

    def walked(self, kind: Kind) -> bool:
        """Whether something of this kind came about."""
        return any(one.kind is kind and one.what for one in self.happened)
