"""What an answer means for a role: who leads, who is stood down, who climbs, and what the partner is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from playbook.domain.response.escalation import RungState


class Answer(StrEnum):
    """What a partner can say, by SMS digit, by link, or noted by hand."""

    JOINING = "joining"
    DEPUTY = "deputy"
    UNABLE = "unable"

    @property
    def digit(self) -> int:
        """The digit that says it in an SMS."""
        return {Answer.JOINING: 1, Answer.DEPUTY: 2, Answer.UNABLE: 3}[self]

    @property
    def state(self) -> RungState:
        """How a rung stands after it."""
        return RungState(self.value)


def answer_of_digit(digit: int) -> Answer:
    """Return the answer that `digit` (1, 2 or 3) says; raises KeyError for any other."""
    return {answer.digit: answer for answer in Answer}[digit]


class Told(StrEnum):
    """Which message of the playbook answers the partner."""

    JOINING = "answer-joining"
    DEPUTY = "answer-deputy"
    UNABLE = "answer-unable"
    AGAIN = "answer-again"
    LATE = "answer-late"
    OVER = "stand-down-all"  # the role was let go when the level changed
    #: To a similar place that was warned.
    SITE_THANKS = "site-thanks"
    SITE_DEPUTY = "site-deputy"
    SITE_CALL_YOU = "site-call-you"


@dataclass(frozen=True)
class Effect:
    """What one person's answer does to one role.

    `leads`: this person now answers for the role. `reopens`: the role had this person's yes and has it no more, so
    the ladder climbs again. `climbs`: the next in line is asked at once. `late`: the ladder had already climbed past.
    """

    told: Told
    leads: bool = False
    reopens: bool = False
    climbs: bool = False
    late: bool = False


def effect(
    answer: Answer, rung: RungState, *, answered: bool, answered_by_me: bool, role_open: bool
) -> Effect:
    """Return what `answer` does, given how the person's rung and the role stand.

    `answered`: somebody is joining for the role. `answered_by_me`: it is this person. `role_open`: the activation
    runs, so that the ladder may still climb.
    """
    if answer is Answer.JOINING:
        if answered_by_me:
            return Effect(Told.AGAIN)
        if answered:
            return Effect(Told.LATE, late=True)
        return Effect(Told.JOINING, leads=True, late=rung is RungState.SILENT)
    told = Told.DEPUTY if answer is Answer.DEPUTY else Told.UNABLE
    if rung is answer.state:
        return Effect(Told.AGAIN if answered else told)
    if answered_by_me:
        return Effect(told, reopens=True, climbs=role_open)
    if answered:
        return Effect(Told.AGAIN)
    return Effect(told, climbs=role_open and rung is RungState.ASKED, late=rung is RungState.SILENT)


def most_telling(told: Sequence[Told]) -> Told:
    """Return the one reply for a person whose answer touched several roles: what they now lead comes first."""
    order = (
        Told.JOINING, Told.DEPUTY, Told.UNABLE, Told.LATE, Told.AGAIN,
        Told.SITE_CALL_YOU, Told.SITE_DEPUTY, Told.SITE_THANKS, Told.OVER,
    )  # fmt: skip
    return min(told, key=order.index)
