"""How commands speak: people get colour and tables, scripts get JSON, errors go to stderr."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn


def out() -> Console:
    """Return the console for results; made anew, because tests and pipes change stdout."""
    return Console(highlight=False, soft_wrap=True)


def err() -> Console:
    """Return the console for everything that is not a result."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """Say something to the person who waits; not part of the result."""
    err().print(escape(text))


def say_error(error: Exception) -> None:
    """Say what was refused, and why, without a traceback."""
    from sqlalchemy.exc import OperationalError

    if isinstance(error, OperationalError):
        text = (
            f"The database cannot be used: {type(error.orig).__name__}. Is it running, and did you "
            "run `playbook migrate`?"
        )
    else:
        text = str(error)
    err().print(f"[bold red]✗[/] {escape(text)}")


def print_json(value: Any) -> None:
    """Print one JSON document for a script."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--json`; it is passed on as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")(
        function
    )


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[], None]]:
    """Show how far something has come that may take longer than a second; call what is given once per piece."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=err(),
        transient=True,
    ) as bar:
        task = bar.add_task(escape(what), total=total)
        yield lambda: bar.advance(task)


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Show that something takes its time whose length nobody knows beforehand."""
    with err().status(escape(what) + " …"):
        yield
