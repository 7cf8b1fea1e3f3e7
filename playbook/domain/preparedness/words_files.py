"""One words file as written: its shape checked, its sentences tidied."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import Field, ValidationError

from playbook.domain.preparedness.canonical import words_digest
from playbook.domain.preparedness.fields import Digest, Language, Part
from playbook.domain.preparedness.findings import Finding, Sentence
from playbook.domain.preparedness.misshapen import misshapen
from playbook.domain.preparedness.parts import Reader
from playbook.domain.preparedness.raw import Raw, RawFile, error
from playbook.domain.text import tidy

#: A words id: ids joined by dots.
WORDS_ID = r"[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)*"


class WordsHead(Part):
    """What a words file says about itself, above its words."""

    language: Language
    made_from: Digest | None = None
    read_by: Reader | None = None


class WordsFile(WordsHead):
    """A whole words file, as an editor should check it."""

    words: Mapping[str, str] = Field(default={})


@dataclass(frozen=True)
class Words:
    """The words of one file: its head, the texts by words id (tidied, none empty), and the file."""

    head: WordsHead
    texts: Mapping[str, str]
    file: RawFile
    #: Words ids that are written with nothing behind them; said once, not missed again.
    empty: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = field(default=())

    @property
    def digest(self) -> str:
        """What a translation made from these words quotes as `made-from`."""
        return words_digest(self.texts)


def read_words(language: str, file: RawFile) -> Words:
    """Return what a words file holds; whatever is misshapen is left out and becomes a finding.

    `language` is the one that the file's name promises.
    """
    blank = WordsHead(language=language)
    if file.tree is None:
        return Words(blank, {}, file)
    if not isinstance(file.tree, dict):
        shape = error(
            file.at(()),
            (),
            Sentence("This file should begin with “language:” and “words:”."),
            Sentence("Write the sentences under “words:”, one id and one text each."),
        )
        return Words(blank, {}, file, findings=(shape,))
    head, findings = _head(language, file, file.tree)
    texts, empty, more = _texts(file, file.tree.get("words", {}))
    return Words(head, texts, file, empty, (*findings, *more))


def _head(language: str, file: RawFile, tree: dict[str, Raw]) -> tuple[WordsHead, list[Finding]]:
    written = {key: value for key, value in tree.items() if key != "words"}
    try:
        head = WordsHead.model_validate(written)
    except ValidationError as invalid:
        return WordsHead(language=language), misshapen(invalid, WordsHead, file.at)
    if head.language == language:
        return head, []
    wrong = error(
        file.at(("language",)),
        ("language",),
        Sentence(
            "This file is called “{file}” but says that its language is “{language}”.",
            file=file.name,
            language=head.language,
        ),
        Sentence("Rename the file, or write “language: {language}”.", language=language),
    )
    return head.model_copy(update={"language": language}), [wrong]


def _texts(file: RawFile, written: Raw) -> tuple[dict[str, str], frozenset[str], list[Finding]]:
    if not isinstance(written, dict):
        shape = error(
            file.at(("words",)),
            ("words",),
            Sentence("Under “words:” there should be ids, each with its text."),
            Sentence("Write for example “playbook.title: A place of worship is attacked”."),
        )
        return {}, frozenset(), [shape]
    texts: dict[str, str] = {}
    findings: list[Finding] = []
    for key, value in written.items():
        finding = _text_problem(file, key, value)
        if finding is not None:
            findings.append(finding)
        elif isinstance(value, str):
            texts[key] = tidy(value)
    return texts, frozenset(written) - frozenset(texts), findings


def _text_problem(file: RawFile, key: str, value: Raw) -> Finding | None:
    where = file.at(("words", key))
    if not isinstance(value, str):
        return error(
            where,
            (key,),
            Sentence("“{key}” should be a text; something else is written there.", key=key),
            Sentence("Write the whole id in one line, as in “roles.mayor.name: Mayor”."),
        )
    if not tidy(value):
        return error(
            where,
            (key,),
            Sentence("“{key}” has no text.", key=key),
            Sentence("Write the text, or take the line out."),
        )
    if not re.fullmatch(WORDS_ID, key):
        return error(
            where,
            (key,),
            Sentence("“{key}” is not a words id.", key=key),
            Sentence("Write small letters, digits and hyphens, with dots between the parts."),
        )
    return None
