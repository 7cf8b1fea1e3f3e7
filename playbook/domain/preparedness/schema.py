"""The format of a playbook's files as JSON Schema, for editors that check while one writes."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field, TypeAdapter

from playbook.domain.preparedness.document import SECTIONS, Structure
from playbook.domain.preparedness.fields import Id
from playbook.domain.preparedness.parts import Languages
from playbook.domain.preparedness.words_files import WordsFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: Patterns of texts that look like numbers to an editor: a year, a decision's number.
LOOKS_LIKE_NUMBERS = ("^[0-9]{4}$", "^[0-9A-Za-z.-]{1,8}$")


class PlaybookFile(Structure):
    """`playbook.yaml` as it is written: what it says itself and what it builds on."""

    #: Inherited unless given, so a child need not say it.
    languages: Languages | None = None  # type: ignore[assignment]  # looser than once resolved
    builds_on: Id | None = None
    without: Mapping[str, tuple[Id, ...]] = Field(default={})


def json_schema() -> dict[str, Any]:
    """Return one JSON Schema (2020-12) that fits `playbook.yaml` and every words file.

    An editor reads YAML's own types, so wherever we read text that looks like a number, a date or a
    yes, the schema allows for what an editor makes of it.
    """
    both = TypeAdapter(PlaybookFile | WordsFile).json_schema(by_alias=True, mode="validation")
    definitions = both["$defs"]
    sections = {"enum": list(SECTIONS)}
    definitions["PlaybookFile"]["properties"]["without"]["propertyNames"] = sections
    return {
        "$schema": DIALECT,
        "title": "A city's crisis playbook",
        "description": "Fits playbook.yaml and words/<language>.yaml.",
        "oneOf": [{"$ref": "#/$defs/PlaybookFile"}, {"$ref": "#/$defs/WordsFile"}],
        "$defs": {name: _for_editors(part) for name, part in definitions.items()},
    }


def _for_editors(part: Any) -> Any:
    """Return a part of pydantic's schema as an editor needs it."""
    if isinstance(part, list):
        return [_for_editors(item) for item in part]
    if not isinstance(part, dict):
        return part
    # A default would tempt editors to fill in what is better left out.
    part = {key: value for key, value in part.items() if key != "default"}
    if "anyOf" in part:
        return _or_nothing(part)
    if "patternProperties" in part:
        part = _by_id(part)
    if part.get("enum") == ["yes", "no"]:
        return {**part, "enum": ["yes", "no", True, False]}
    if part.get("pattern") in LOOKS_LIKE_NUMBERS:
        return {**part, "type": ["string", "integer"]}
    return {key: _for_editors(value) for key, value in part.items()}


def _or_nothing(part: dict[str, Any]) -> Any:
    """What may be left out is left out with its key; a key without value is a slip."""
    choices = [choice for choice in part["anyOf"] if choice != {"type": "null"}]
    rest = {key: value for key, value in part.items() if key != "anyOf"}
    if len(choices) == 1:
        return _for_editors({**choices[0], **rest})
    return {**rest, "anyOf": _for_editors(choices)}


def _by_id(part: dict[str, Any]) -> dict[str, Any]:
    """Entries by id: pydantic lets any other key pass, an editor should not."""
    ((pattern, entry),) = part["patternProperties"].items()
    names = {**part.get("propertyNames", {}), "pattern": pattern}
    rest = {key: value for key, value in part.items() if key != "patternProperties"}
    return {**rest, "propertyNames": names, "additionalProperties": entry}
