"""The kinds of value that a playbook holds. Every one is written as text and typed here, never
guessed.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from playbook.domain.preparedness.durations import (
    DURATION,
    ID,
    OFFSET,
    Duration,
    NotADuration,
    Offset,
)
from playbook.domain.text import tidy

LANGUAGE = r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?"
PLACEHOLDER = r"[a-z][a-z0-9_]*"

T = TypeVar("T")


class Part(BaseModel):
    """Anything written in a playbook: unknown keys are refused, and nothing changes once read."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        alias_generator=lambda name: name.replace("_", "-"),
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )


def _parsed(parse: Callable[[str], T], made: type[T]) -> Callable[[Any], T]:
    """Return a validator that reads text with `parse` and lets through what is already a `made`."""

    def read(value: Any) -> T:
        if isinstance(value, made):
            return value
        if not isinstance(value, str):
            raise PydanticCustomError("string_type", "Input should be text")
        try:
            return parse(value)
        except NotADuration as error:
            raise PydanticCustomError(
                "not_a_duration", "{say}", {"say": error.say, **error.facts}
            ) from None

    return read


def _date(text: str) -> date:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise PydanticCustomError("not_a_date", "“{text}” is not a date", {"text": text})


def _yes_or_no(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("yes", "no"):
        return bool(value == "yes")
    raise PydanticCustomError(
        "not_yes_or_no", "“{text}” is neither yes nor no", {"text": str(value)}
    )


def _not_empty(text: str) -> str:
    if not text:
        raise PydanticCustomError("empty_text", "There is no text")
    return text


def _as_yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


Id = Annotated[str, StringConstraints(pattern=rf"^{ID}$", max_length=80)]
Language = Annotated[str, StringConstraints(pattern=rf"^{LANGUAGE}$")]
PlaceholderName = Annotated[str, StringConstraints(pattern=rf"^{PLACEHOLDER}$", max_length=40)]
#: One line of text that is no sentence for a screen: a name, a title, a licence.
Line = Annotated[
    str, AfterValidator(tidy), AfterValidator(_not_empty), StringConstraints(max_length=500)
]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$", max_length=2000)]
Number = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.-]{1,8}$")]
Year = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
#: The first 12 hexadecimal digits of a digest of words.
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]

DurationField = Annotated[
    Duration,
    PlainValidator(_parsed(Duration.parse, Duration)),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": rf"^{DURATION}$", "examples": ["60 min"]}),
]
OffsetField = Annotated[
    Offset,
    PlainValidator(_parsed(Offset.parse, Offset)),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {"type": "string", "pattern": rf"^{OFFSET}$", "examples": ["60 min after time-zero"]}
    ),
]
Date = Annotated[
    date,
    PlainValidator(_parsed(_date, date)),
    PlainSerializer(date.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date"}),
]
YesNo = Annotated[
    bool,
    BeforeValidator(_yes_or_no),
    PlainSerializer(_as_yes_or_no, return_type=str),
    WithJsonSchema({"enum": ["yes", "no"]}),
]
