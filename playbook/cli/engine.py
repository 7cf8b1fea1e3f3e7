"""`playbook engine`: do what is due, as long as it runs."""

import signal
import threading

import click

from playbook.cli.exits import NOT_READY


@click.command("engine")
@click.pass_context
def command(ctx: click.Context) -> None:
    """Climb ladders and send messages, until stopped.

    `playbook up` runs one for you. One engine works per database; another one waits and takes over. SIGTERM lets it
    finish the batch it is sending.
    """
    from playbook.cli.installation import installation
    from playbook.cli.logs import set_up_logging
    from playbook.cli.parent import leave_with_parent
    from playbook.jobs.engine import Engine
    from playbook.jobs.lock import lock_for

    set_up_logging("engine")
    with installation() as wiring:
        database = wiring.sessions.kw["bind"]
        engine = Engine(wiring, lock_for(database))

        def stop(*_: object) -> None:
            # From a thread: the handler may have interrupted the very lock that it would need.
            threading.Thread(target=engine.stop).start()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        leave_with_parent()
        if not engine.run():
            ctx.exit(NOT_READY)
