"""`playbook fake-twilio`: a Twilio on this machine that reaches nobody, to try an installation out."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import click

from playbook.cli.console import err, out

if TYPE_CHECKING:
    from notifications.fake_twilio import FakeTwilio

_SHARE = click.FloatRange(0, 1)


@click.command("fake-twilio")
@click.option(
    "--port", default=8090, show_default=True, help="Where it listens, on this machine only."
)
@click.option("--latency", default=0.05, show_default=True, help="Median seconds to an answer.")
@click.option(
    "--spread", default=0.5, show_default=True, help="How far that varies; 0: always the same."
)
@click.option(
    "--busy", type=_SHARE, default=0.0, help="Share of requests refused as too many (429)."
)
@click.option(
    "--broken", type=_SHARE, default=0.0, help="Share of server errors, half after acceptance."
)
@click.option("--hanging", type=_SHARE, default=0.0, help="Share accepted and never answered.")
@click.option("--lost", type=_SHARE, default=0.0, help="Share of receipts that get lost.")
@click.option("--doubled", type=_SHARE, default=0.0, help="Share of receipts that come twice.")
@click.option(
    "--reordered", type=_SHARE, default=0.0, help="Share of messages whose receipts turn round."
)
@click.option("--undelivered", type=_SHARE, default=0.0, help="Share that the carrier refuses.")
@click.option("--seed", default=1, show_default=True, help="The same seed brings the same weather.")
def command(port: int, broken: float, spread: float, hanging: float, **shares: float) -> None:
    """Run a Twilio of our own, until Ctrl-C.

    It takes messages over HTTP as the real one does, posts signed receipts to the service on this machine (PORT of
    its settings), and fails as told. Nobody is reached. It prints the settings with which the service talks to it.
    """
    from notifications.fake_twilio import FakeTwilio, Weather
    from playbook.cli.address import local_address
    from playbook.cli.installation import read_settings
    from playbook.clock import SystemClock

    settings = read_settings()
    weather = Weather(
        latency_spread=spread,
        broken_before=broken / 2,
        broken_after=broken / 2,
        hanging_after=hanging,
        seed=int(shares.pop("seed")),
        **shares,
    )
    fake = FakeTwilio(
        public_url=settings.public_url.rstrip("/"),
        posts_to=local_address(settings).rstrip("/"),
        weather=weather,
        now=SystemClock().now,
        port=port,
    )
    with fake:
        _announce(fake)
        _count_until_stopped(fake)


def _announce(fake: FakeTwilio) -> None:
    from notifications.fake_twilio import FROM_NUMBER

    console = out()
    console.print(f"A Twilio that reaches nobody listens at {fake.base_url}")
    console.print("Start the service with these settings:\n")
    for name, value in (
        ("SMS_PROVIDER", "twilio"),
        ("TWILIO_API_BASE", fake.base_url),
        ("TWILIO_ACCOUNT_SID", fake.account_sid),
        ("TWILIO_AUTH_TOKEN", fake.auth_token),
        ("TWILIO_FROM_NUMBER", FROM_NUMBER),
    ):
        console.print(f"  {name}={value}")


def _count_until_stopped(fake: FakeTwilio) -> None:
    import threading

    forever = threading.Event()
    with contextlib.suppress(KeyboardInterrupt), err().status("Waiting for messages") as status:
        while not forever.wait(0.5):
            status.update(
                f"{fake.requests} requests, {len(fake.messages)} messages taken, "
                f"{len(fake.calls)} calls, {fake.posted} receipts taken by the service"
            )
