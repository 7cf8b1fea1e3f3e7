"""How this suite extends pytest: two databases, a network guard, a summary that hides nothing."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from playbook.settings import Settings
from tests.support import databases, machine, network, postgres
from tests.support.machine import HOME

OWNS_HOME = pytest.StashKey[bool]()
LEFT_OUT = pytest.StashKey[Counter[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("sqlite", "postgresql", "both"),
        default="both",
        help="the database that tests run on (default: both)",
    )


def pytest_configure(config: pytest.Config) -> None:
    worker_input = getattr(config, "workerinput", None)
    config.stash[OWNS_HOME] = worker_input is None
    config.stash[LEFT_OUT] = Counter()
    config.pluginmanager.register(_Tally(config.stash[LEFT_OUT]))
    if worker_input is None:
        postgres.stop_orphans()
        config.stash[HOME] = postgres.make_home()
    else:
        config.stash[HOME] = Path(worker_input["playbook_home"])
    config.addinivalue_line("markers", "only_on(kind): what is tested exists in this database only")
    _forget_local_settings()
    _set_up_hypothesis()
    network.install()


def pytest_unconfigure(config: pytest.Config) -> None:
    if config.stash.get(OWNS_HOME, False):
        postgres.stop(config.stash[HOME])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["playbook_home"] = str(node.config.stash[HOME])


class _Tally:
    """Counts what was left out, in the process that prints the summary."""

    def __init__(self, counts: Counter[str]) -> None:
        self.counts = counts

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        machine.count(report, self.counts)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for line in machine.lines(config.stash[LEFT_OUT]):
        terminalreporter.write_line(line, yellow=True, bold=True)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine_kind" in metafunc.fixturenames:
        wanted = metafunc.config.getoption("--database")
        meant = metafunc.definition.get_closest_marker("only_on")
        kinds = [
            kind for kind in (meant.args if meant else databases.KINDS) if wanted in {"both", kind}
        ]
        metafunc.parametrize("engine_kind", kinds, scope="session")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    network.refused.clear()
    yield
    if network.refused:
        pytest.fail("; ".join(network.refused), pytrace=False)


def _forget_local_settings() -> None:
    """A developer's own environment must not change what tests see."""
    for name, field in Settings.model_fields.items():
        os.environ.pop((field.alias or name).upper(), None)
    os.environ["PLAYBOOK_INSTANCE"] = "/nonexistent/instance-of-tests"


def _set_up_hypothesis() -> None:
    for name, options in {
        "quick": {"max_examples": 50},
        "build-server": {"max_examples": 100, "derandomize": True},
        "thorough": {"max_examples": 2000},
    }.items():
        hypothesis.settings.register_profile(name, deadline=None, print_blob=True, **options)
    usual = "build-server" if machine.on_build_server() else "quick"
    hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", usual))
