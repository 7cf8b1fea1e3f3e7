"""Is what was written of the right shape? Says what is not, and goes on with what is.

A value that cannot be read is reported once and left out, so that everything around it can still be
checked and every finding is told at the same time.
"""

import copy
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from playbook.domain.preparedness.document import SECTIONS, Structure
from playbook.domain.preparedness.findings import Finding
from playbook.domain.preparedness.misshapen import misshapen
from playbook.domain.preparedness.raw import Path, Position, Raw
from playbook.domain.preparedness.resolving import Resolved

#: Each round leaves out at least one value; this many rounds mean that something is amiss in us.
MOST_ROUNDS = 50


@dataclass
class Shaped:
    """What could be read of a playbook.

    `structure` is None if not even its frame could be. `damaged` names the entries ((section, id))
    of which something was left out; `is_whole` is False if a whole section was, or the languages
    were, so that what is missing elsewhere cannot be judged.
    """

    resolved: Resolved
    structure: Structure | None = None
    findings: list[Finding] = field(default_factory=list)
    damaged: set[tuple[str, str]] = field(default_factory=set)
    is_whole: bool = True
    #: For lists from which items were left out, where each remaining item was written.
    places: dict[Path, list[int]] = field(default_factory=dict)

    def at(self, path: Path) -> Position:
        """Return where a path of `structure` was written."""
        written: list[str | int] = []
        for depth, step in enumerate(path):
            places = self.places.get(path[:depth])
            written.append(places[step] if places and isinstance(step, int) else step)
        return self.resolved.at(tuple(written))

    def ids(self, section: str) -> set[str]:
        """Return the ids written in a section, those of damaged entries included."""
        entries = self.resolved.tree.get(section, {})
        return set(entries) if isinstance(entries, dict) else set()


def shape(resolved: Resolved) -> Shaped:
    """Return the typed structure of a resolved playbook, and what was wrong with its shape."""
    shaped = Shaped(resolved, is_whole=resolved.is_whole)
    tree = copy.deepcopy(resolved.tree)
    if not resolved.is_whole:
        tree.setdefault("languages", {"source": "en"})  # inherited from what could not be read
    for _ in range(MOST_ROUNDS):
        try:
            shaped.structure = Structure.model_validate(tree)
            break
        except ValidationError as invalid:
            if not shaped.findings:
                shaped.findings = misshapen(invalid, Structure, resolved.at)
            for path in sorted(map(_to_leave_out, invalid.errors()), key=_deepest_last_first):
                _leave_out(shaped, tree, path)
    return shaped


def _to_leave_out(problem: ErrorDetails) -> Path:
    """Return the smallest path whose removal takes the problem away."""
    path = problem["loc"]
    return path[:-1] if problem["type"] == "missing" or path[-1:] == ("[key]",) else path


def _deepest_last_first(path: Path) -> tuple[Any, ...]:
    """Later items of a list go first, so that the places of earlier ones still hold."""
    return tuple((0, -step) if isinstance(step, int) else (1, step) for step in path)


def _leave_out(shaped: Shaped, tree: dict[str, Raw], path: Path) -> None:
    if not path:
        tree.setdefault("playbook", "unnamed")
        tree.setdefault("languages", {"source": "en"})
        shaped.is_whole = False
        return
    holder: Any = tree
    for step in path[:-1]:
        try:
            holder = holder[step]
        except (KeyError, IndexError, TypeError):
            return  # something around it has gone already
    _remove(shaped, holder, path)
    if len(path) > 1 and path[0] in SECTIONS:
        shaped.damaged.add((str(path[0]), str(path[1])))
    elif path[0] != "licence":
        shaped.is_whole = False


def _remove(shaped: Shaped, holder: Any, path: Path) -> None:
    last = path[-1]
    if isinstance(holder, dict):
        holder.pop(last, None)
    elif isinstance(holder, list) and isinstance(last, int) and last < len(holder):
        places = shaped.places.setdefault(path[:-1], list(range(len(holder))))
        del holder[last], places[last]
