"""Ticking tasks off, and taking a tick back."""

from flask import request
from flask.typing import ResponseReturnValue

from playbook.errors import BadInput, NotFound
from playbook.services.response import tasks
from playbook.services.response.context import load_running
from playbook.web.database import transaction, wiring
from playbook.web.guards import COORDINATOR, allow, signed_in_user
from playbook.web.incidents.blueprint import back_to_board, blueprint
from playbook.web.presentation import now

OUTCOMES = ("done", "not-needed")


@blueprint.post("/<int:activation_id>/tasks/<int:task_id>/finish")
@allow(COORDINATOR)
def finish_task(activation_id: int, task_id: int) -> ResponseReturnValue:
    """Tick a task off, or say that it is not needed."""
    outcome = request.form.get("outcome", "done")
    if outcome not in OUTCOMES:
        raise BadInput("Say whether the task is done or not needed.")
    with transaction() as writing:
        _refuse_stranger(activation_id, tasks.find(writing, task_id).activation_id)
        load_running(writing, activation_id, now(), wiring().settings.public_url)
        tasks.finish(
            writing,
            task_id,
            signed_in_user(),
            now(),
            outcome=outcome,
            note=request.form.get("note", ""),
        )
    return back_to_board(activation_id, "doing", f"task-{task_id}")


@blueprint.post("/<int:activation_id>/tasks/<int:task_id>/reopen")
@allow(COORDINATOR)
def reopen_task(activation_id: int, task_id: int) -> ResponseReturnValue:
    """Take a tick back."""
    with transaction() as writing:
        _refuse_stranger(activation_id, tasks.find(writing, task_id).activation_id)
        load_running(writing, activation_id, now(), wiring().settings.public_url)
        tasks.reopen(writing, task_id, signed_in_user(), now())
    return back_to_board(activation_id, "doing", f"task-{task_id}")


def _refuse_stranger(activation_id: int, of_task: int) -> None:
    if of_task != activation_id:
        raise NotFound("There is no such task.")
