"""What happens in an exercise, and how its people behave: seeded, so that the same seed tells the same night again."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from playbook.domain.response.answers import Answer
from playbook.domain.response.changes import ChangeKind

T = TypeVar("T")

#: How long before the activation an exercise begins: rotas are made, a turn is swapped.
BEFORE = timedelta(hours=2)


class Manner(StrEnum):
    """What kind of night somebody has."""

    PROMPT = "prompt"
    REFUSES = "refuses"
    ASKS_DEPUTY = "asks-deputy"
    SILENT = "silent"
    LATE = "late"
    WORDS = "words"  # answers in words that only a person understands


#: Out of a hundred people. A choice of this project, made so that every path of the ladder is walked.
OUT_OF_A_HUNDRED = {
    Manner.PROMPT: 58,
    Manner.REFUSES: 7,
    Manner.ASKS_DEPUTY: 6,
    Manner.SILENT: 16,
    Manner.LATE: 9,
    Manner.WORDS: 4,
}


@dataclass(frozen=True)
class Behaviour:
    """What one person does when they are asked: nothing, or `text` after `after`."""

    manner: Manner
    after: timedelta
    text: str

    @property
    def answers(self) -> bool:
        """Whether anything comes back at all."""
        return self.manner is not Manner.SILENT


def behaviour(seed: int, person_id: int, acknowledge_within: timedelta) -> Behaviour:
    """Return how a person behaves in the exercise `seed`, the same at each call.

    Prompt people answer within half of their minutes, late ones after one and a half to three times as long.
    """
    dice = random.Random(f"{seed}:{person_id}")
    manners = list(OUT_OF_A_HUNDRED)
    manner = dice.choices(manners, weights=[OUT_OF_A_HUNDRED[m] for m in manners])[0]
    share = dice.uniform(1.5, 3.0) if manner is Manner.LATE else dice.uniform(0.05, 0.5)
    text = {
        Manner.REFUSES: str(Answer.UNABLE.digit),
        Manner.ASKS_DEPUTY: str(Answer.DEPUTY.digit),
        Manner.WORDS: "Who is this?",
    }.get(manner, str(Answer.JOINING.digit))
    return Behaviour(manner, acknowledge_within * share, text)


def prompt(acknowledge_within: timedelta) -> Behaviour:
    """Return how somebody behaves who joins as soon as a message reaches them at all."""
    return Behaviour(Manner.PROMPT, acknowledge_within * 0.1, str(Answer.JOINING.digit))


class Confirming(StrEnum):
    """How somebody confirms a change that asks for it."""

    LINK = "link"
    TEXT = "text"
    SILENT = "silent"


def confirming(seed: int, person_id: int) -> tuple[Confirming, timedelta]:
    """Return how a person confirms what they are told, and after how long; a third is silent, so that it climbs."""
    dice = random.Random(f"{seed}:{person_id}:confirming")
    manner = dice.choices(list(Confirming), weights=(45, 25, 30))[0]
    return manner, timedelta(seconds=dice.randint(20, 200))


class Kind(StrEnum):
    """What can happen in an exercise, besides people answering."""

    ROTA = "rota"  # roles get a rota, so that who is on duty now is not who holds the role by day
    GAP = "gap"  # nobody is on one of the rotas at this hour
    SWAP = "swap"  # somebody gives their turn away, from their own page
    CODE = "code"  # somebody asks whether a message is real
    NUMBER = "number"  # somebody corrects their number while they are being asked
    LEVEL = "level"  # the level rises
    CORRECTION = "correction"  # the cell corrects what it has said
    SITES = "sites"  # similar places are warned
    PAPER = "paper"  # calls made from paper are entered afterwards
    END = "end"  # a false alarm, or everybody is stood down


@dataclass(frozen=True)
class Happening:
    """One thing that happens, `after` the activation; before it where that is negative.

    The end's `after` counts from when every role is answered or owned. `how` tells variants apart: a code's way of
    asking and whether it is a right one ("page", "page-wrong", "desk", "desk-wrong"), or what the end is.
    """

    kind: Kind
    after: timedelta
    how: str = ""


#: First and last minute after the activation. They overlap, so that each seed has an order of its own.
_WINDOWS = {
    Kind.ROTA: (-110, -95),
    Kind.GAP: (-92, -80),
    Kind.SWAP: (-66, -56),
    Kind.NUMBER: (2, 8),
    Kind.SITES: (9, 45),
    Kind.LEVEL: (12, 35),
    Kind.PAPER: (15, 50),
    Kind.CORRECTION: (20, 60),
    Kind.END: (2, 40),
}
_CODES = ("page", "page-wrong", "desk", "desk-wrong")
_ASKED_ABOUT = (3, 60)
_ENDS = (ChangeKind.FALSE_ALARM, ChangeKind.STAND_DOWN)


def happenings(seed: int) -> tuple[Happening, ...]:
    """Return what happens in the exercise `seed`: every kind, in its own order; no two at the same moment."""
    dice = random.Random(f"{seed}:happenings")
    wished = [
        *(Happening(kind, _moment(dice, window)) for kind, window in _WINDOWS.items()),
        *(Happening(Kind.CODE, _moment(dice, _ASKED_ABOUT), how) for how in _CODES),
        *(
            Happening(Kind.CODE, _moment(dice, _ASKED_ABOUT), dice.choice(_CODES))
            for _ in range(dice.randint(1, 3))
        ),
    ]
    end = str(dice.choice(_ENDS))
    placed: dict[timedelta, Happening] = {}
    for one in wished:
        after = one.after
        while after in placed:
            after += timedelta(seconds=1)
        how = end if one.kind is Kind.END else one.how
        placed[after] = replace(one, after=after, how=how)
    # The end has a clock of its own and comes last.
    return tuple(sorted(placed.values(), key=lambda h: (h.kind is Kind.END, h.after)))


def _moment(dice: random.Random, window: tuple[int, int]) -> timedelta:
    return timedelta(seconds=dice.randint(window[0] * 60, window[1] * 60))


def pick(seed: int, what: str, among: Sequence[T], count: int = 1) -> list[T]:
    """Return up to `count` of `among` in the exercise's own order, the same at each call; `what` names the choice."""
    return random.Random(f"{seed}:{what}").sample(list(among), min(count, len(among)))
