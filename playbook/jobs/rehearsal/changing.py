"""What the cell does meanwhile: the level rises, something is corrected, similar places are warned, it is over."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.domain.response.changes import ChangeKind
from playbook.domain.response.rehearsal import pick
from playbook.domain.response.site_calls import SITE_WARNING
from playbook.jobs.rehearsal.record import SitesWarned
from playbook.jobs.rehearsal.scene import Scene, Skipped, has_message
from playbook.models import Activation, Announcement, Site
from playbook.services.preparedness.sites import all_sites
from playbook.services.response import changes, site_warning
from playbook.services.response.context import load
from playbook.services.response.foreseeing import Change
from playbook.services.response.site_warning import Wish

CORRECTED = "The meeting room has moved to the second floor."
WORDS_OF_WARNING = "Keep your doors in sight."


def raise_level(scene: Scene) -> str:
    """Go up to the level that was asked for."""
    has_message(scene, ChangeKind.LEVEL)
    if scene.begins_at == scene.level:
        raise Skipped(
            "not part of this playbook"
            if len(scene.document.levels) < 2
            else "no level below this one to begin at"
        )
    told = _change(scene, ChangeKind.LEVEL, level=scene.level)
    return f"The level rose from {scene.begins_at} to {scene.level}; {told} people were told"


def correct(scene: Scene) -> str:
    """Say that something was wrong that had been said."""
    has_message(scene, ChangeKind.CORRECTION)
    source = scene.document.languages.source
    told = _change(scene, ChangeKind.CORRECTION, texts={source: CORRECTED})
    return f"The cell corrected what it had said; {told} people were told"


def end(scene: Scene, how: str) -> str:
    """Say that it was a false alarm, or that it is over."""
    has_message(scene, how)
    with scene.night.wiring.sessions() as session:
        if session.get_one(Activation, scene.night.activation_id).ended_at is not None:
            raise Skipped("it was over already")
    told = _change(scene, ChangeKind(how), reason="The exercise is over.")
    what = "It was a false alarm" if how == ChangeKind.FALSE_ALARM else "Everybody was stood down"
    return f"{what}; {told} people were told"


def _change(scene: Scene, kind: ChangeKind, **facts: object) -> int:
    """Make a change; return how many people it was told to."""
    with scene.night.wiring.transaction() as session:
        wanted = Change(f"exercise-{kind}", kind, **facts)  # type: ignore[arg-type]  # as each kind needs
        user, settings = scene.night.coordinator(session), scene.night.settings
        activation_id = scene.night.activation_id
        made = changes.make(session, activation_id, wanted, settings, user, scene.now)
        return len(made.told)


def warn_sites(scene: Scene) -> str:
    """Warn the places that are like one of the register, where it is said to have happened."""
    has_message(scene, SITE_WARNING)
    with scene.night.wiring.transaction() as session:
        wishes = _possible(scene, session)
        if not wishes:
            raise Skipped("the register has no two places that are alike")
        [wish] = pick(scene.seed, "attacked", wishes)
        made = _warn(scene, session, wish)
        scene.record.sites = SitesWarned(wish.kinds, wish.communities, wish.attacked)
        return f"Similar places were warned ({', '.join(wish.kinds)}): {made}"


def _warn(scene: Scene, session: Session, wish: Wish) -> str:
    settings, activation_id = scene.night.settings, scene.night.activation_id
    call_out = load(session, activation_id, scene.now, settings.public_url)
    seen = site_warning.foresee_warning(call_out, wish, settings)
    user = scene.night.coordinator(session)
    site_warning.note_look(call_out, wish, user)
    languages = ", ".join(sorted({r.rungs[0].language for r in seen.planned if r.rungs}))
    site_warning.warn(session, activation_id, wish, settings, user, scene.now)
    return f"{seen.places}, in {languages}"


def _possible(scene: Scene, session: Session) -> list[Wish]:
    """Return how places can be warned that are like one of the register: alike in kind or in community."""
    places = all_sites(session)
    texts = {scene.document.languages.source: WORDS_OF_WARNING}
    return [
        Wish("exercise-sites", (site.kind,), _named(site), site.name, texts=texts)
        for site in places
        if any(_alike(site, other) for other in places)
    ]


def _named(site: Site) -> tuple[str, ...]:
    return (site.community,) if site.community else ()


def _alike(one: Site, other: Site) -> bool:
    return one is not other and (
        one.kind == other.kind or (bool(one.community) and one.community == other.community)
    )


def ending(session: Session, activation_id: int) -> Announcement | None:
    """Return the announcement that ended an incident."""
    return session.scalar(
        select(Announcement).where(
            Announcement.activation_id == activation_id,
            Announcement.kind.in_([str(kind) for kind in ChangeKind if kind.ends]),
        )
    )
