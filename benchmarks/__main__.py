"""Run every benchmark on both databases and print one table."""

import sys

from benchmarks.drill import drill
from benchmarks.first_message import first_message
from benchmarks.installation import installation
from benchmarks.measuring import Result, machine, show
from benchmarks.thousand import thousand
from notifications.fake_twilio import FakeTwilio
from tests.support import postgres


def main() -> int:
    """Return 0 when every target of SQLite, the default database, is met."""
    about = machine()
    results: list[Result] = []
    home = postgres.make_home()
    try:
        for kind in ("sqlite", "postgresql"):
            with FakeTwilio() as twilio:
                with installation(kind, twilio.base_url, home) as (wiring, environment):
                    results.append(first_message(kind, wiring, environment, twilio))
                with installation(kind, twilio.base_url, home) as (wiring, _):
                    results += thousand(kind, wiring)
                with installation(kind, twilio.base_url, home) as (wiring, _):
                    results += drill(kind, wiring)
    finally:
        postgres.stop(home)
    show(results, about)
    return 0 if all(r.met for r in results if r.database == "sqlite") else 1


if __name__ == "__main__":
    sys.exit(main())
