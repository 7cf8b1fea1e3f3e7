"""What pydantic refuses, in sentences for a person who writes playbooks."""

import re
from collections.abc import Callable, Mapping
from types import UnionType
from typing import Annotated, Any, TypeAlias, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from playbook.domain.preparedness.durations import ID
from playbook.domain.preparedness.fields import LANGUAGE, PLACEHOLDER, Part
from playbook.domain.preparedness.findings import Finding, Sentence, suggestion
from playbook.domain.preparedness.raw import Path, Position, dotted, error
from playbook.domain.text import nearest

Explained: TypeAlias = tuple[Sentence, Sentence]

_SPELLINGS = {
    rf"^{ID}$": Sentence(
        "Write small letters and digits, with single hyphens between words, as in “police-liaison”."
    ),
    rf"^{LANGUAGE}$": Sentence("Write a language code such as “en”, “ar” or “fr-CA”."),
    rf"^{PLACEHOLDER}$": Sentence(
        "Write small letters, digits and underscores, as in “help_number”."
    ),
    r"^https?://[^\s]+$": Sentence("Write a web address that begins with https://."),
    r"^[0-9A-Za-z.-]{1,8}$": Sentence("Write up to eight letters and digits, as in “04”."),
    r"^[0-9]{4}$": Sentence("Write a year in four digits, as in “2017”."),
    r"^[0-9a-f]{12}$": Sentence("Write the twelve digits that the check prints."),
}


def misshapen(
    invalid: ValidationError, model: type[Part], at: Callable[[Path], Position]
) -> list[Finding]:
    """Return a finding for each thing that pydantic refused in a document read as `model`.

    `at` tells where a path was written.
    """
    findings = []
    for problem in invalid.errors():
        path = tuple(step for step in problem["loc"] if step != "[key]")
        where = path[:-1] if problem["type"] == "missing" else path
        findings.append(error(at(where), where, *explain(problem, path, model)))
    return findings


def explain(problem: ErrorDetails, path: Path, model: type[Part]) -> Explained:
    """Return what is wrong at `path` of a document read as `model`, and how to mend it."""
    kind = problem["type"]
    if kind == "extra_forbidden":
        return _unknown_key(path, model)
    if kind == "missing":
        return _missing(path)
    if kind in _KINDS:
        return _KINDS[kind](_name(path), problem.get("ctx", {}), problem["input"])
    return (
        Sentence("{path} cannot be read: {reason}.", path=_name(path), reason=problem["msg"]),
        Sentence("Compare it with the guide to writing a playbook."),
    )


def _name(path: Path) -> str:
    return dotted(path) or "playbook"


def _unknown_key(path: Path, model: type[Part]) -> Explained:
    key, around = str(path[-1]), path[:-1]
    known = keys_of(_type_at(model, around))
    problem = (
        Sentence("{path} has no “{key}”.", path=_name(around), key=key)
        if around
        else Sentence("A playbook has no section called “{key}”.", key=key)
    )
    meant = nearest(key, known)
    if meant is None and known:
        return problem, Sentence("What can be said here: {keys}.", keys=", ".join(sorted(known)))
    return problem, suggestion(key, known)


def _missing(path: Path) -> Explained:
    if isinstance(path[-1], int):
        return (
            Sentence("{path} needs two values, a first and a last.", path=_name(path)),
            Sentence("Write both, as in “[4 w, 6 w]”."),
        )
    return (
        Sentence("{path} does not say “{key}”.", path=_name(path[:-1]), key=path[-1]),
        Sentence("Add “{key}:”.", key=path[-1]),
    )


def keys_of(kind: Any) -> set[str]:
    """Return the keys that a part of a playbook may have, as they are written."""
    if not (isinstance(kind, type) and issubclass(kind, Part)):
        return set()
    return {info.alias or name for name, info in kind.model_fields.items()}


def _type_at(model: Any, path: Path) -> Any:
    """Return the type that is expected at `path` inside `model`, or None if nothing is."""
    found: Any = model
    for step in path:
        if isinstance(found, type) and issubclass(found, Part):
            fields = {info.alias or name: info for name, info in found.model_fields.items()}
            found = fields[str(step)].annotation if str(step) in fields else None
        else:
            found = get_args(found)[-1] if get_args(found) else None
        found = _bare(found)
    return found


def _bare(kind: Any) -> Any:
    """Return a type without what is around it: `Annotated`, and `| None`."""
    while get_origin(kind) in (Annotated, Union, UnionType):
        kind = next(arg for arg in get_args(kind) if arg is not type(None))
    return kind


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else "[…]"


def _not_a_duration(path: str, ctx: Mapping[str, Any], _: Any) -> Explained:
    facts = {key: value for key, value in ctx.items() if key != "say"}
    say = ctx["say"]
    return Sentence(say, **facts), Sentence("Correct {path}.", path=path)


def _not_allowed(path: str, ctx: Mapping[str, Any], value: Any) -> Explained:
    choices = re.findall(r"'([^']*)'", ctx["expected"])
    facts = {"choices": ", ".join(choices), "meant": nearest(_shown(value), choices)}
    mend = Sentence("It can be one of these: {choices}.", **facts)
    if facts["meant"]:
        mend = Sentence("Did you mean “{meant}”? It can be one of these: {choices}.", **facts)
    return Sentence("{path} cannot be “{value}”.", path=path, value=_shown(value)), mend


def _misspelt(path: str, ctx: Mapping[str, Any], value: Any) -> Explained:
    problem = Sentence(
        "“{value}” in {path} is not written as it should be.", value=value, path=path
    )
    return problem, _SPELLINGS.get(ctx["pattern"], Sentence("Write it differently."))


def _should_be_text(path: str, _: Mapping[str, Any], __: Any) -> Explained:
    return (
        Sentence("{path} should be one text.", path=path),
        Sentence("Write the text on the same line, after the colon."),
    )


def _should_be_list(path: str, _: Mapping[str, Any], value: Any) -> Explained:
    example = value if isinstance(value, str) and value else "mayor"
    return (
        Sentence("{path} should be a list.", path=path),
        Sentence("Put it in square brackets: “[{example}]”.", example=example),
    )


def _should_be_mapping(path: str, _: Mapping[str, Any], value: Any) -> Explained:
    problem = Sentence("{path} should hold keys with values.", path=path)
    if value == "":
        return problem, Sentence(
            "If there is nothing to say about it, write {empty} after the colon.", empty="{}"
        )
    return problem, Sentence("Write one “key: value” per line below it.")


def _empty(path: str, _: Mapping[str, Any], __: Any) -> Explained:
    return Sentence("{path} is empty.", path=path), Sentence("Write at least one.")


def _empty_text(path: str, _: Mapping[str, Any], __: Any) -> Explained:
    return Sentence("{path} has no text.", path=path), Sentence("Write it, or take the line out.")


def _too_long(path: str, ctx: Mapping[str, Any], _: Any) -> Explained:
    most = ctx["max_length"]
    return (
        Sentence("{path} is too long.", path=path),
        Sentence("Keep it to {most} at most.", most=most),
    )


def _not_a_date(path: str, ctx: Mapping[str, Any], _: Any) -> Explained:
    return (
        Sentence("“{text}” in {path} is not a date.", text=ctx["text"], path=path),
        Sentence("Write year, month and day, as in “2026-05-01”."),
    )


def _not_yes_or_no(path: str, _: Mapping[str, Any], __: Any) -> Explained:
    return (
        Sentence("{path} is neither yes nor no.", path=path),
        Sentence("Write “yes” or “no”."),
    )


def _not_one_rhythm(path: str, _: Mapping[str, Any], __: Any) -> Explained:
    return (
        Sentence("{path} should say when in exactly one way.", path=path),
        Sentence("Choose one of “within”, “every”, “between” and “at”."),
    )


_KINDS: dict[str, Callable[[str, Mapping[str, Any], Any], Explained]] = {
    "not_a_duration": _not_a_duration,
    "not_a_date": _not_a_date,
    "not_yes_or_no": _not_yes_or_no,
    "not_one_rhythm": _not_one_rhythm,
    "literal_error": _not_allowed,
    "string_pattern_mismatch": _misspelt,
    "string_type": _should_be_text,
    "string_too_long": _too_long,
    "too_long": _too_long,
    "too_short": _empty,
    "empty_text": _empty_text,
    "tuple_type": _should_be_list,
    "model_type": _should_be_mapping,
    "dict_type": _should_be_mapping,
    "mapping_type": _should_be_mapping,
}
