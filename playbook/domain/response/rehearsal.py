"""How the people of an exercise behave: seeded, so that the same seed tells the same night again."""

import random
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from playbook.domain.response.answers import Answer


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
