"""A tree of 1,000 people: the activation's transaction, and the board that shows it."""

from sqlalchemy import select

from benchmarks.city import add_thousand, publish_large
from benchmarks.measuring import Result, timed
from playbook.app import create_app
from playbook.models import ActivationKind, User
from playbook.services.response.activation import Request, activate
from playbook.wiring import NobodyToWake, Wiring
from tests.support.people import add_user, client_of

RUNS = 5
BOARD_RUNS = 15
TRANSACTION_TARGET_MS = 1000
BOARD_TARGET_MS = 100


def thousand(kind: str, wiring: Wiring) -> list[Result]:
    """Measure both; the transaction includes its commit."""
    with wiring.transaction() as session:
        version_id = publish_large(session, wiring.clock.now()).id
        add_thousand(session)
        add_user(session, "coordinator")
    activations = [timed(lambda n=n: _activate(wiring, version_id, n)) for n in range(RUNS + 1)]
    return [
        Result(
            "activation transaction, 1,000 people",
            kind,
            tuple(activations[1:]),
            TRANSACTION_TARGET_MS,
        ),
        *_board(kind, wiring),
    ]


def _activate(wiring: Wiring, version_id: int, number: int) -> None:
    with wiring.transaction() as session:
        now = wiring.clock.now()
        request = Request(f"large-{number}", version_id, "full", ActivationKind.REAL, "Large", now)
        activate(session, request, wiring.settings, None, now)


def _board(kind: str, wiring: Wiring) -> list[Result]:
    """Measure the whole page as the web process answers it, sign-in and template included."""
    app = create_app(wiring.settings, waker=NobodyToWake(), TESTING=True)
    with wiring.sessions() as session:
        user = session.scalars(select(User)).first()
    client = client_of(app, user)
    runs = []
    for _ in range(BOARD_RUNS + 2):
        runs.append(timed(lambda: _get(client, "/incidents/1")))
    return [Result("board page, 1,000 people", kind, tuple(runs[2:]), BOARD_TARGET_MS)]


def _get(client: object, path: str) -> None:
    answer = client.get(path)  # type: ignore[attr-defined]
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
