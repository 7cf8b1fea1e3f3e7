"""The report of a drill: sixty roles against five drills before it, as the web process answers it."""

from benchmarks.measuring import Result, timed
from playbook.app import create_app
from playbook.wiring import NobodyToWake, Wiring
from tests.support.drills import add_drills
from tests.support.people import add_user, client_of

ROLES = 60
DRILLS = 6
RUNS = 15
TARGET_MS = 1000


def drill(kind: str, wiring: Wiring) -> list[Result]:
    """Measure the whole page, sign-in and picture included."""
    with wiring.transaction() as session:
        newest = add_drills(session, wiring.clock.now(), roles=ROLES, drills=DRILLS)
        user = add_user(session, "observer")
    app = create_app(wiring.settings, waker=NobodyToWake(), TESTING=True)
    client = client_of(app, user)

    def get() -> None:
        answer = client.get(f"/readiness/rounds/{newest}")
        if answer.status_code != 200:
            raise RuntimeError(f"The report answered {answer.status_code}.")

    runs = [timed(get) for _ in range(RUNS + 2)]
    return [Result("drill report, 60 roles", kind, tuple(runs[2:]), TARGET_MS)]
