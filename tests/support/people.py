"""People who may sign in, and clients that are signed in as one."""

import uuid
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.clock import SystemClock
from playbook.models import Role, User

ROLES = ("administrator", "coordinator", "observer")


def add_user(session: Session, role: str = "coordinator", **facts: Any) -> User:
    """Add a user who holds `role`; `facts` override the columns. Flushed, not committed."""
    held = session.scalar(select(Role).where(Role.name == role))
    if held is None:
        held = Role(name=role)
        session.add(held)
    usual: dict[str, Any] = {
        "name": f"Sample {role}",
        "email": f"{role}-{uuid.uuid4().hex[:8]}@example.org",
        "active": True,
        "fs_uniquifier": uuid.uuid4().hex,
        "roles": [held],
    }
    user = User(**(usual | facts))
    session.add(user)
    session.flush()
    return user


def client_of(app: Flask, user: User) -> FlaskClient:
    """Return a client with a fresh session of `user`, as right after signing in."""
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = user.fs_uniquifier
        cookie["_fresh"] = True
        cookie["fs_cc"] = "set"
        # Flask-Security compares this with the machine's clock, whatever ours says.
        cookie["fs_paa"] = SystemClock().now().timestamp()
    return client
