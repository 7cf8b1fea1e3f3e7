"""What the tests of an incident ask again and again."""

import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tests.support.city import City


def address(city: City, path: str = "") -> str:
    """The address of a page about the latest incident."""
    return f"/incidents/{city.activation_id}{path}"


def role_line(page: str, role: str) -> str:
    """The summary of a role on the board, without its tags."""
    found = re.search(rf'id="role-{role}".*?<summary>(.*?)</summary>', page, re.S)
    assert found, f"no line for {role}"
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def one(sessions: sessionmaker[Session], query: Any) -> Any:
    """The only row that `query` finds."""
    with sessions() as session:
        return session.scalars(query).one()


def decide(client: FlaskClient, city: City, **changed: object) -> Any:
    """Decide about similar sites, as the liaison said on the phone."""
    fields = {
        "option": "call-them",
        "rationale": "Two callers named them.",
        "authority": "police-liaison",
        "decided_by": "Paul Police",
        "round": 1,
    }
    return client.post(address(city, "/decisions/similar-sites/decide"), data={**fields, **changed})
