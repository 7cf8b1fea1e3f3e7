"""The request's session, and the one way in which a view writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from flask import Flask, current_app, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import Session

from playbook.models import Base
from playbook.models.database import begin_reading, begin_writing, writing
from playbook.wiring import Wiring

db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


def wiring() -> Wiring:
    """Return the wiring of the running application."""
    return cast("Wiring", current_app.extensions["playbook"])


def session() -> Session:
    """Return this request's session, for reading."""
    return cast("Session", db.session())


@contextmanager
def transaction() -> Iterator[Session]:
    """One service call, committed; then the engine is woken if the service asked for it.

    Whatever the request had read before is let go first, so that the write sees the present.
    """
    current = session()
    current.rollback()
    with writing():
        try:
            yield current
            current.commit()
        except BaseException:
            current.rollback()
            raise
    if current.info.pop("wake", False):
        wiring().waker.wake()


def set_up_transactions(app: Flask) -> None:
    """Let requests that only read begin as readers."""

    @app.before_request
    def begin() -> None:
        if request.method in {"GET", "HEAD", "OPTIONS"}:
            begin_reading()

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        begin_writing()
