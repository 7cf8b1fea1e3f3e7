"""`playbook web`: answer browsers and providers."""

import click

#: Requests that are answered at the same time; each waits mostly for the database.
THREADS = 8


@click.command("web")
def command() -> None:
    """Serve the pages, until stopped.

    `playbook up` runs this together with the engine. HOST and PORT are settings.
    """
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    from playbook.cli.address import refuse_taken
    from playbook.cli.installation import open_database, read_settings, require_schema
    from playbook.cli.parent import leave_with_parent

    settings = read_settings()
    refuse_taken(settings.host, settings.port)
    with open_database(settings) as engine:
        require_schema(engine)
    leave_with_parent()
    Server(
        "playbook.app:create_app",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.error,
        log_access=False,  # addresses can hold the key of a partner's answer page
    ).serve()
