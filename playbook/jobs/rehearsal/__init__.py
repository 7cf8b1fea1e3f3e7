"""A whole call-out on a simulated clock: the real services, ticks and texts, in a database that is thrown away."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.document import Playbook
from playbook.domain.response.rehearsal import BEFORE, Happening, Kind, happenings
from playbook.errors import BadInput, PlaybookError
from playbook.jobs.rehearsal import asking, before, changing
from playbook.jobs.rehearsal.installation import furnish, throw_away_installation
from playbook.jobs.rehearsal.invariants import Checked, check, roles_without_owner
from playbook.jobs.rehearsal.nights import Night
from playbook.jobs.rehearsal.record import Happened, Record
from playbook.jobs.rehearsal.scene import NotArrived, Scene, Skipped
from playbook.models import Activation, ActivationKind, PlaybookVersion
from playbook.services.log import seal_entries
from playbook.services.preparedness.documents import document_of
from playbook.services.response.activation import Request, activate
from playbook.wiring import Wiring

__all__ = ["Checked", "Happened", "Rehearsal", "throw_away_installation"]

#: The links to their pages leave so long before somebody swaps a turn; the other one takes it so long afterwards.
LINKS_BEFORE, TAKEN_AFTER = timedelta(minutes=5), timedelta(minutes=4)
#: From giving a number to typing the code that came to it.
CONFIRMED_AFTER = timedelta(seconds=50)


class Rehearsal:
    """One exercise under way: activate, let time pass, let happen what the seed says, check what came of it."""

    def __init__(self, wiring: Wiring, seed: int) -> None:
        self.wiring = wiring
        self.seed = seed
        self.night = Night(wiring, seed)
        self.clock = self.night.clock
        self.record = Record()
        self.scene: Scene | None = None
        #: What still has to happen before it can be over.
        self._outstanding = 0
        self._end: Happening | None = None

    def prepare(self, starter: Path) -> None:
        """Publish the playbook in `starter` and fill the sample city."""
        furnish(self.wiring, starter)

    def activate(self, level: str) -> None:
        """Let happen what comes before, then activate the playbook as an exercise that will reach `level`.

        It begins one level lower, where there is one. Raises BadInput for a level that the playbook does not have.
        """
        starts_at = self.clock.now() + BEFORE
        with self.wiring.sessions() as session:
            version = _newest(session)
            version_id, title, document = version.id, version.title, document_of(version)
        if level not in document.levels:
            raise BadInput("The playbook has no level “{level}”.", level=level)
        begins_at = _level_to_begin_at(document, level)
        scene = Scene(self.night, document, begins_at, level, starts_at, self.record)
        self.scene = scene
        planned = happenings(self.seed)
        for one in planned:
            if one.after < timedelta(0):
                self._plan_before(scene, one)
        self.night.pass_time(starts_at)
        self.clock.move_to(starts_at)
        with self.wiring.transaction() as session:
            user, now = self.night.coordinator(session), self.clock.now()
            request = Request(
                "exercise", version_id, begins_at, ActivationKind.EXERCISE, title, now
            )
            made = activate(session, request, self.wiring.settings, user, now)
            self.night.activation_id = made.id
        self.night.pass_time(starts_at)
        asking.choose_who_reads_nothing(scene)
        for turn, one in enumerate(planned):
            if one.after >= timedelta(0):
                self._plan(scene, one, turn)

    def run(self, longest: timedelta, step: Callable[[], None] = lambda: None) -> None:
        """Let time pass until it is over and nobody has anything left to say."""
        self.night.pass_time(self.clock.now() + longest, step, self._end_when_it_can)
        with self.wiring.transaction() as session:
            while seal_entries(session):
                session.flush()

    def _plan_before(self, scene: Scene, one: Happening) -> None:
        at = scene.starts_at + one.after
        if one.kind is Kind.ROTA:
            self._at(at, one.kind, partial(before.make_rotas, scene))
        elif one.kind is Kind.GAP:
            self._at(at, one.kind, partial(before.make_gap, scene))
        elif one.kind is Kind.SWAP:
            self.night.schedule(at - LINKS_BEFORE, partial(before.send_links, scene))
            self._at(at, one.kind, partial(before.offer_turn, scene))
            self._at(at + TAKEN_AFTER, one.kind, partial(before.accept_turn, scene))

    def _plan(self, scene: Scene, one: Happening, turn: int) -> None:
        acts: dict[Kind, Callable[[], str]] = {
            Kind.CODE: partial(asking.check_code, scene, one.how, turn),
            Kind.NUMBER: partial(asking.give_number, scene),
            Kind.PAPER: partial(asking.enter_paper, scene),
            Kind.LEVEL: partial(changing.raise_level, scene),
            Kind.CORRECTION: partial(changing.correct, scene),
            Kind.SITES: partial(changing.warn_sites, scene),
        }
        at = scene.starts_at + one.after
        if one.kind is Kind.END:
            self._end = one
            return
        self._at(at, one.kind, acts[one.kind])
        if one.kind is Kind.NUMBER:
            self._at(at + CONFIRMED_AFTER, one.kind, partial(asking.confirm_number, scene))

    def _at(self, at: datetime, kind: Kind, act: Callable[[], str]) -> None:
        """Plan something, to be written down when it happens, or why it could not."""
        self._outstanding += 1

        def happen() -> None:
            self._outstanding -= 1
            self._write_down(kind, act)

        self.night.schedule(at, happen)

    def _write_down(self, kind: Kind, act: Callable[[], str]) -> None:
        now = self.clock.now()
        try:
            happened = Happened(kind, now, act())
        except Skipped as reason:
            happened = Happened(kind, now, "", skipped=str(reason))
        except NotArrived as missing:
            happened = Happened(kind, now, "", refused=str(missing))
        except PlaybookError as error:
            # Never what it says: that may quote a name or a number.
            happened = Happened(kind, now, "", refused=type(error).__name__)
        if not happened.skipped or not self._told_already(happened):
            self.record.happened.append(happened)

    def _told_already(self, happened: Happened) -> bool:
        """Whether the same was skipped for the same reason: its first step says it for the second."""
        return any(h.kind is happened.kind and h.skipped for h in self.record.happened)

    def _end_when_it_can(self) -> None:
        """Plan the end once everything has happened and every role is answered or owned."""
        if self._end is None or self._outstanding or self.night.calling():
            return
        end, self._end = self._end, None
        self.night.schedule(self.clock.now() + end.after, partial(self._end_now, end))

    def _end_now(self, end: Happening) -> None:
        """End it, unless somebody has taken back their word meanwhile and their role is being called again."""
        if self.night.calling():
            self._end = end
        elif self.scene is not None:
            self._write_down(end.kind, partial(changing.end, self.scene, end.how))

    def unowned(self) -> list[str]:
        """Return the roles that ended neither answered nor owned by a named human."""
        with self.wiring.sessions() as session:
            return roles_without_owner(session, self.night.activation_id)

    def checked(self) -> list[Checked]:
        """Hold what came of it against what has been promised."""
        if self.scene is None:
            return []
        with self.wiring.sessions() as session:
            return check(
                session,
                self.activation(session),
                self.scene.document,
                self.wiring.settings,
                self.record,
            )

    def activation(self, session: Session) -> Activation:
        """Return the exercise's activation."""
        return session.get_one(Activation, self.night.activation_id)


def _newest(session: Session) -> PlaybookVersion:
    version = session.scalars(
        select(PlaybookVersion)
        .where(PlaybookVersion.activatable)
        .order_by(PlaybookVersion.id.desc())
    ).first()
    if version is None:
        raise BadInput("This playbook is a base for others and cannot be activated.")
    return version


def _level_to_begin_at(document: Playbook, level: str) -> str:
    """Return the next lower level, from which it can rise to `level`; `level` itself where there is none."""
    levels = list(document.levels_in_order())
    lower = levels[max(0, levels.index(level) - 1)]
    fewer = set(document.roles_of_level(lower)) < set(document.roles_of_level(level))
    return lower if fewer else level
