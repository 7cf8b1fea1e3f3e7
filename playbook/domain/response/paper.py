"""Answers that were ticked on paper: what each person's word amounts to once it is put in its real order. Pure.

1. Everything that a person said, on paper or to the service, stands in the order of the real times; the latest word
   counts. It counts from when they first said it without having said anything else in between.
2. A phone that nobody picked up takes back no answer. It counts only where there is none.
3. For a role answers who joined first in real time and still does.
4. The same tick twice is one tick.
"""

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from enum import StrEnum
from typing import TypeVar

from playbook.domain.response.answers import Answer
from playbook.domain.response.call_plan import PlannedRole

#: How such an answer came; stands beside "sms", "link" and "hand".
PAPER = "paper"
_CLOCK = re.compile(r"^(\d{1,2})[:.h ]?(\d{2})$")

Key = TypeVar("Key", bound=Hashable)


class Ticked(StrEnum):
    """What can be ticked beside a name."""

    JOINING = "joining"
    DEPUTY = "deputy"
    UNABLE = "unable"
    NO_ANSWER = "no-answer"

    @property
    def answer(self) -> Answer | None:
        """What the person said, or None if nobody picked up."""
        return None if self is Ticked.NO_ANSWER else Answer(self.value)


@dataclass(frozen=True)
class Tick:
    """One line of the sheet: which person, called for which role, said what, and when (aware)."""

    role: str
    person_id: int
    what: Ticked
    at: datetime


@dataclass(frozen=True)
class Word:
    """One thing that a person said; `via` is "sms", "link", "hand" or "paper"."""

    at: datetime
    answer: Answer
    via: str


@dataclass(frozen=True)
class Standing:
    """What a person's word amounts to: the answer that counts, since when, and how it came first."""

    answer: Answer
    since: datetime
    via: str


def standing(words: Iterable[Word]) -> Standing | None:
    """Return what counts of everything that one person said, in whatever order it is given; None if nothing.

    Of two words of the same instant the one that the person gave the service itself counts.
    """
    said = sorted(set(words), key=_in_order)
    if not said:
        return None
    first = said[-1]
    for word in reversed(said):
        if word.answer is not first.answer:
            break
        first = word
    return Standing(first.answer, first.at, first.via)


def _in_order(word: Word) -> tuple[datetime, bool, str, str]:
    return word.at, word.via != PAPER, word.answer, word.via


def leader(standings: Mapping[Key, Standing]) -> Key | None:
    """Return who answers for a role, of those on its ladder: who joined first and still does; None if nobody.

    The ladder's own order decides between two of the same instant.
    """
    joining = [(s.since, n, key) for n, (key, s) in enumerate(standings.items()) if _joins(s)]
    return min(joining, key=lambda entry: entry[:2])[2] if joining else None


def _joins(standing: Standing) -> bool:
    return standing.answer is Answer.JOINING


class Contradiction(StrEnum):
    """Which of two different answers of one person stands."""

    PAPER = "paper"
    SERVICE = "service"


def contradiction(heard: Sequence[Word], ticked: Sequence[Word]) -> Contradiction | None:
    """Return which stands where the sheet ends on another answer than what the service heard; None if they agree."""
    before, paper = standing(heard), standing(ticked)
    if before is None or paper is None or before.answer is paper.answer:
        return None
    both = standing((*heard, *ticked))
    return (
        Contradiction.PAPER
        if both is not None and both.answer is paper.answer
        else Contradiction.SERVICE
    )


def still_to_call(roles: Iterable[PlannedRole], ticks: Iterable[Tick], now: datetime) -> set[int]:
    """Return who is called at `now` by `roles`, once what was ticked counts: nobody who stands on the sheet.

    A role for which somebody said yes calls nobody; any other one goes down its ladder, over those who were called,
    until it finds one who said yes to another role, or one who was not called.
    """
    ticked = list(ticks)
    called = {tick.person_id for tick in ticked}
    words: dict[int, list[Word]] = {}
    for tick in ticked:
        if tick.what.answer is not None:
            words.setdefault(tick.person_id, []).append(Word(tick.at, tick.what.answer, PAPER))
    joining = {p for p, said in words.items() if (s := standing(said)) and _joins(s)}
    answered = {tick.role for tick in ticked if tick.person_id in joining}
    found: set[int] = set()
    for role in roles:
        if role.starts_at > now or role.role in answered:
            continue
        for person in (rung.holder.person_id for rung in role.rungs):
            if person not in called:
                found.add(person)
            if person not in called or person in joining:
                break
    return found


class Clock(StrEnum):
    """What can be wrong with a time of day as somebody wrote it down."""

    UNREADABLE = "unreadable"
    NEVER = "never"  # the clocks went forward over it
    TWICE = "twice"  # the clocks went back over it


def read_clock(text: str, day: date, zone: tzinfo, second: bool | None = None) -> datetime | Clock:
    """Return the instant (UTC) of "03:12" (also "3.12", "312") on `day` in `zone`, or why there is none.

    `second` says which of the two is meant where the clocks went back over it; without it that is asked about.
    """
    found = _CLOCK.match(text.strip())
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return Clock.UNREADABLE
    local = datetime.combine(day, time(int(found[1]), int(found[2])), tzinfo=zone)
    first, last = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == last:
        return first
    if first > last:
        return Clock.NEVER
    if second is None:
        return Clock.TWICE
    return last if second else first
