"""Editors check a playbook while one writes, by the same format."""

import copy
import json
import re
from typing import Any

import pytest

from playbook.domain.preparedness.schema import json_schema
from tests.domain.preparedness.written import small_city

SCHEMA = json_schema()
KINDS = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Whether `value` fits `schema`: as much of JSON Schema as our schema uses, and no more."""
    known = {
        "$ref", "oneOf", "anyOf", "type", "enum", "const", "pattern", "maxLength", "properties",
        "required", "additionalProperties", "propertyNames", "minProperties", "items", "prefixItems",
        "minItems", "maxItems", "title", "description", "examples", "format", "$schema", "$defs",
    }  # fmt: skip
    assert set(schema) <= known, set(schema) - known
    return all(_holds(keyword, value, schema) for keyword in schema)


def _holds(keyword: str, value: Any, schema: dict[str, Any]) -> bool:
    said = schema[keyword]
    if keyword == "$ref":
        return fits(value, SCHEMA["$defs"][said.removeprefix("#/$defs/")])
    if keyword in ("oneOf", "anyOf"):
        count = sum(fits(value, one) for one in said)
        return count == 1 if keyword == "oneOf" else count > 0
    if keyword == "type":
        return isinstance(
            value, tuple(KINDS[k] for k in ([said] if isinstance(said, str) else said))
        )
    if keyword == "enum":
        return value in said
    if keyword == "const":
        return bool(value == said)
    if isinstance(value, str):
        return _text_holds(keyword, value, said)
    if isinstance(value, list):
        return _list_holds(keyword, value, said, schema)
    if isinstance(value, dict):
        return _mapping_holds(keyword, value, said, schema)
    return True


def _text_holds(keyword: str, value: str, said: Any) -> bool:
    if keyword == "pattern":
        return re.search(said, value) is not None
    return keyword != "maxLength" or len(value) <= said


def _list_holds(keyword: str, value: list[Any], said: Any, schema: dict[str, Any]) -> bool:
    if keyword == "items":
        return all(fits(item, said) for item in value)
    if keyword == "prefixItems":
        return all(fits(item, one) for item, one in zip(value, said, strict=False))
    if keyword in ("minItems", "maxItems"):
        return len(value) >= said if keyword == "minItems" else len(value) <= said
    return True


def _mapping_holds(keyword: str, value: dict[str, Any], said: Any, schema: dict[str, Any]) -> bool:
    if keyword == "properties":
        return all(fits(value[key], one) for key, one in said.items() if key in value)
    if keyword == "required":
        return set(said) <= set(value)
    if keyword == "additionalProperties":
        others = [v for key, v in value.items() if key not in schema.get("properties", {})]
        return not others if said is False else all(fits(other, said) for other in others)
    if keyword == "propertyNames":
        return all(fits(key, said) for key in value)
    return keyword != "minProperties" or len(value) >= said


def test_it_is_json_of_the_dialect_of_2020() -> None:
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_small_city_fits() -> None:
    city = small_city()
    assert fits(city.structure, SCHEMA)
    assert fits(city.files["en"], SCHEMA)
    assert fits(city.files["ar"], SCHEMA)


def test_a_child_fits_that_says_little() -> None:
    assert fits({"playbook": "a", "builds-on": "b", "without": {"lessons": ["c"]}}, SCHEMA)
    assert not fits({"playbook": "a", "builds-on": "b", "without": {"lesson": ["c"]}}, SCHEMA)


def test_what_an_editor_makes_of_plain_text_fits_too() -> None:
    city = small_city().structure
    city["activatable"] = True
    city["lessons"]["moved-tributes"]["year"] = 2019
    city["decisions"]["who-speaks"]["number"] = 1
    assert fits(city, SCHEMA)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("roles", "mayor", "chanels"), ["sms"]),
        (("roles", "mayor", "channels"), ["telex"]),
        (("roles", "mayor", "channels"), []),
        (("roles", "mayor", "acknowledge-within"), "ten minutes"),
        (("roles", "Mayor"), {"partner": "a", "acknowledge-within": "1 h", "channels": ["sms"]}),
        (("decisions", "vigil", "due"), "soon"),
        (("decisions", "vigil", "options"), {}),
        (("languages",), {}),
        (("desicions",), {}),
        (("care", "survivors", "contacts", "first-screening", "between"), ["4 w"]),
        (("playbook",), "Small City"),
        (("playbook",), ""),
    ],
)
def test_what_the_check_refuses_by_its_shape_does_not_fit(
    path: tuple[str, ...], value: Any
) -> None:
    tree = copy.deepcopy(small_city().structure)
    holder = tree
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    assert not fits(tree, SCHEMA)


def test_no_value_may_be_left_out_after_its_key() -> None:
    """An editor reads it as null; the service refuses it."""
    tree = copy.deepcopy(small_city().structure)
    tree["decisions"]["vigil"]["due"] = None
    assert not fits(tree, SCHEMA)
