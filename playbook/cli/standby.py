"""`playbook standby`: keep a second machine ready, prove it, and take over."""

from __future__ import annotations

import re
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from playbook.cli.console import err, json_option, out, print_json, say, say_error, waiting
from playbook.cli.exits import NOT_PROVEN

if TYPE_CHECKING:
    from playbook.models.keyring import Keyring
    from playbook.services.standby import Copy
    from playbook.settings import Settings

_DURATION = re.compile(r"^(\d+)(s|m|h)$")
_SECONDS = {"s": 1, "m": 60, "h": 3600}
FOLDER = click.argument("folder", type=click.Path(path_type=Path))
KEEP = click.option("--keep", default=3, show_default=True, help="Keep so many copies.")


@click.group("standby")
def command() -> None:
    """Keep a second machine ready to take over.

    By copies of the running database that are proven to start.
    docs/standby.md says how to set it up. The keys never go into a copy: bring instance/keys there once.
    """


@command.command("copy")
@FOLDER
@KEEP
@json_option
def copy_command(folder: Path, keep: int, as_json: bool) -> None:
    """Copy the running database into FOLDER.

    The copy is consistent, and there whole or not at all.
    """
    made = make(folder, keep)
    if as_json:
        print_json({"copy": str(made.folder), "made_at": made.manifest.made_at})
    else:
        out().print(f"Copied: {made.folder.name}, {sum(made.manifest.rows.values())} rows.")


@command.command("prove")
@FOLDER
@json_option
@click.pass_context
def prove_command(ctx: click.Context, folder: Path, as_json: bool) -> None:
    """Start the newest copy, with sending off.

    Looks whether everything is there, and notes beside the copy when it was proven.
    Exits with 8 if it is not proven. The copy itself is not changed.
    """
    problems, facts, name = prove(folder)
    if as_json:
        print_json({"copy": name, "proven": not problems, "problems": problems, "facts": facts})
    else:
        show(name, problems, facts)
    if problems:
        ctx.exit(NOT_PROVEN)


@command.command("watch")
@FOLDER
@click.option("--every", default="5m", show_default=True, help="A number with s, m or h.")
@KEEP
def watch_command(folder: Path, every: str, keep: int) -> None:
    """Copy and prove again and again, until stopped. A round that fails is said, and the next one tries again."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    watch(folder, keep, seconds_of(every), stop)


@command.command("take-over")
@FOLDER
@click.option("--replace", is_flag=True, help="Also where newer data is here; it is kept beside.")
@click.option("--first-machine", "said", default="", help='"off", instead of being asked.')
def take_over_command(folder: Path, replace: bool, said: str) -> None:
    """Make the newest copy the live database.

    Only when the first machine is off: two senders would text everybody twice.
    """
    from playbook.cli.standby_take_over import take_over

    take_over(folder, replace=replace, said=said)


def make(folder: Path, keep: int) -> Copy:
    """Make a copy and warn where the keys would be missing."""
    from playbook.cli.installation import open_database, read_settings, require_schema
    from playbook.clock import SystemClock
    from playbook.models.keyring import current_keyring
    from playbook.services.standby import make_copy

    with open_database(read_settings()) as engine:
        require_schema(engine)
        keys = current_keyring().fingerprints
        with waiting("Copying the database"):
            made = make_copy(engine, keys, folder, SystemClock().now(), keep)
    there = ring_of(folder / "keys")
    if there is None:
        say(
            f"! There are no keys in {folder / 'keys'}. Bring the first machine's instance/keys to the second "
            "machine once, by hand: without them nobody can read the copy. See docs/standby.md."
        )
    elif not set(keys) <= set(there.fingerprints):
        say(f"! The keys in {folder / 'keys'} are not those in use. Bring instance/keys again.")
    return made


def prove(folder: Path) -> tuple[list[str], list[str], str]:
    """Return (problems, facts, name) of the newest copy, started for a moment; note it beside the copy if proven."""
    import tempfile

    from playbook.cli.installation import read_settings
    from playbook.cli.standby_proof import start_and_ask
    from playbook.clock import SystemClock
    from playbook.services import standby

    copy = standby.newest_copy(folder)
    keys = keys_text(read_settings(), folder)
    ring = ring_from(keys)
    with (
        tempfile.TemporaryDirectory(prefix="playbook-standby-") as work,
        waiting("Proving the copy"),
    ):
        instance = Path(work)
        checked = standby.check(copy, ring, instance / standby.DATABASE)
        if not checked.problems:
            problem = start_and_ask(instance, keys)
            if problem:
                checked.problems.append(problem)
            else:
                checked.facts.append("Its pages answer: sign-in and health.")
    if not checked.problems:
        standby.record_proof(copy, SystemClock().now())
    return checked.problems, checked.facts, copy.folder.name


def keys_text(settings: Settings, folder: Path) -> str:
    """Return the keys that a second machine would use: those brought to FOLDER/keys, else this installation's."""
    from playbook.models.keyring import read_keys

    configured = settings.encryption_keys.get_secret_value()
    return read_keys("", folder / "keys") or read_keys(configured, settings.instance_path / "keys")


def ring_of(folder: Path) -> Keyring | None:
    """Return the keyring of `folder`, or None if there are no keys; never makes any."""
    from playbook.models.keyring import read_keys

    return ring_from(read_keys("", folder))


def ring_from(keys: str) -> Keyring | None:
    """Return the keyring of keys separated by spaces, None if there are none; raises NotConfigured for no key."""
    from playbook.errors import NotConfigured
    from playbook.models.keyring import Keyring

    try:
        return Keyring(keys.split()) if keys else None
    except ValueError:
        raise NotConfigured("The file of keys is damaged: what it holds is no key.") from None


def show(name: str, problems: list[str], facts: list[str]) -> None:
    """Print what was found, for a person."""
    from rich.markup import escape

    console = out()
    for fact in facts:
        console.print(f"  [green]✓[/] {escape(fact)}")
    for problem in problems:
        console.print(f"  [red]✗[/] {escape(problem)}")
    console.print(
        f"[bold red]Not proven:[/] {name}" if problems else f"[bold green]Proven:[/] {name}"
    )


def watch(folder: Path, keep: int, seconds: float, stop: threading.Event) -> None:
    """Copy and prove, then wait; a round that fails is said and is no end."""
    while not stop.is_set():
        try:
            make(folder, keep)
            problems, facts, name = prove(folder)
            show(name, problems, facts)
        except Exception as error:
            _say_failure(error)
        stop.wait(seconds)


def _say_failure(error: Any) -> None:
    """Say why a round failed: what we refuse on purpose in its words, anything else by its kind alone."""
    from playbook.cli.exits import code_for

    if code_for(error) is not None:
        say_error(error)
    else:
        err().print(f"[bold red]✗[/] This round failed: {type(error).__name__}.")


def seconds_of(every: str) -> float:
    """Return the seconds of "5m"; raises a usage error."""
    found = _DURATION.match(every.strip())
    if found is None or int(found[1]) == 0:
        raise click.BadParameter("Write it like 30s, 5m or 1h.", param_hint="--every")
    return int(found[1]) * _SECONDS[found[2]]
