"""What a human says who phones somebody: the call-out as it was frozen, with that person's role and code in it."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.domain.response.changes import role_in_playbook
from playbook.domain.response.proof import with_proof
from playbook.domain.response.site_calls import CALL_OUT, SITE_WARNING, site_of
from playbook.domain.response.texts import fill_known
from playbook.models import Activation, ActivationText, CheckCode
from playbook.queries.response.tasks import TaskLine
from playbook.queries.response.words import Word, Words

#: Stands for a code before whoever may not see one.
HIDDEN = "······"


def fill_scripts(
    session: Session,
    activation: Activation,
    calls: Iterable[TaskLine],
    words: Words,
    *,
    with_codes: bool,
) -> None:
    """Put into each call's text what is known of this incident and this person. Two queries, none without calls."""
    calls = [task for task in calls if task.says]
    if not calls:
        return
    frozen = _frozen(session, activation.id)
    codes = _codes(session, activation.id, calls) if with_codes else {}
    for task in calls:
        message = CALL_OUT if site_of(task.role) is None else SITE_WARNING
        said = []
        for saying in task.says:
            language = saying.body.language
            raw = frozen.get((message, language))
            text = raw or with_proof(message, "voice", language, saying.body.text)
            facts = {
                "role": _role_name(words, role_in_playbook(task.role), language),
                "level": words.document.text(f"levels.{activation.level}.name", language).text,
                "number": str(activation.number),
                # Nobody reads an address out.
                "link": "",
                "check": "",
                "code": codes.get(task.person_id or 0, HIDDEN),
            }
            body = Word(fill_known(text, facts), language, saying.body.unread)
            said.append(replace(saying, body=body))
        task.says = tuple(said)


def _role_name(words: Words, role: str, language: str) -> str:
    """Return what `role` is called; a place's contact role may be in the directory only."""
    if role not in words.document.roles:
        return ""
    return words.document.text(f"roles.{role}.name", language).text


def _frozen(session: Session, activation_id: int) -> dict[tuple[str, str], str]:
    rows = session.execute(
        select(ActivationText.message, ActivationText.language, ActivationText.body).where(
            ActivationText.activation_id == activation_id,
            ActivationText.channel == "voice",
            ActivationText.message.in_((CALL_OUT, SITE_WARNING)),
        )
    )
    return {(message, language): body for message, language, body in rows}


def _codes(session: Session, activation_id: int, calls: Iterable[TaskLine]) -> dict[int, str]:
    rows = session.execute(
        select(CheckCode.person_id, CheckCode.code).where(
            CheckCode.activation_id == activation_id,
            CheckCode.person_id.in_({task.person_id for task in calls}),
        )
    )
    return {row.person_id: row.code for row in rows}
