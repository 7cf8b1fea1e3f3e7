"""What the first page says of the second machine."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from playbook.clock import SimulatedClock
from playbook.models.keyring import Keyring
from playbook.services.standby import make_copy, newest_copy, record_proof
from playbook.settings import Settings
from playbook.wiring import Wiring
from tests.support.application import KEY


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """An installation with a second machine."""
    return settings.model_copy(update={"standby_folder": str(tmp_path / "standby")})


def copied(wiring: Wiring, settings: Settings, now: datetime) -> None:
    source = wiring.sessions.kw["bind"]
    make_copy(source, Keyring([KEY]).fingerprints, Path(settings.standby_folder), now, 3)


def home(signed_in) -> str:
    client: FlaskClient = signed_in("observer")
    return " ".join(client.get("/").text.split())


def test_a_machine_that_was_never_proven_is_warned_about(signed_in) -> None:
    page = home(signed_in)
    assert "The second machine has never been proven." in page
    assert "There is no copy in its folder." in page


def test_a_proof_is_told_with_its_age_and_grows_old(
    signed_in, wiring: Wiring, settings: Settings, clock: SimulatedClock
) -> None:
    copied(wiring, settings, clock.now())
    record_proof(newest_copy(Path(settings.standby_folder)), clock.now())
    clock.advance(timedelta(minutes=12))
    # A newer copy that nobody has proven yet takes nothing back.
    copied(wiring, settings, clock.now())
    page = home(signed_in)
    assert "The second machine was last proven" in page
    assert ">12 min" in page
    assert "Tell the operator" not in page
    clock.advance(timedelta(days=1))
    page = home(signed_in)
    assert "Tell the operator" in page
    assert "The newest copy was made" in page


def test_a_folder_that_cannot_be_read_is_no_error(
    signed_in, wiring: Wiring, settings: Settings, clock: SimulatedClock
) -> None:
    copied(wiring, settings, clock.now())
    folder = newest_copy(Path(settings.standby_folder)).folder
    (folder / "manifest.json").write_text("{")
    assert "The second machine has never been proven." in home(signed_in)


def test_without_a_second_machine_nothing_is_said(app, signed_in, settings: Settings) -> None:
    wiring = app.extensions["playbook"]
    object.__setattr__(wiring, "settings", settings.model_copy(update={"standby_folder": ""}))
    assert "second machine" not in home(signed_in)
