"""Playbooks written as YAML, the way a person would write them."""

from collections.abc import Iterable
from typing import Any

import yaml

from playbook.domain.preparedness.document import SECTIONS, Playbook

_FRAME = ("playbook", "activatable", "licence", "languages")


class _TextDumper(yaml.SafeDumper):
    """Writes every scalar as text: many lines as a block, and in quotes what others would guess at."""

    def ignore_aliases(self, _: Any) -> bool:
        """Never write anchors; our reader refuses to follow them."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_TextDumper.add_representer(str, _text)


def playbook_yaml(playbook: Playbook) -> str:
    """Return `playbook.yaml` of a resolved playbook, which builds on nothing."""
    document = playbook.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    in_order: dict[str, Iterable[str]] = {
        "tiers": playbook.tiers_in_order(),
        "phases": playbook.phases_in_order(),
        "levels": playbook.levels_in_order(),
        "decisions": playbook.decisions_in_order(),
    }
    blocks = [_dump({key: document[key] for key in _FRAME if key in document})]
    for section in SECTIONS:
        if section in document:
            entries = document[section]
            ordered = in_order.get(section, sorted(entries))
            blocks.append(_dump({section: {entry: entries[entry] for entry in ordered}}))
    return "\n".join(blocks)


def words_yaml(playbook: Playbook, language: str) -> str:
    """Return `words/<language>.yaml` of a resolved playbook."""
    head: dict[str, Any] = {"language": language}
    translation = playbook.translations.get(language)
    if translation is not None:
        head |= translation.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    words = dict(sorted(playbook.words[language].items()))
    return _dump({**head, "words": words})


def _dump(document: dict[str, Any]) -> str:
    """Return block style, with the innermost mappings and lists on one line."""
    text: str = yaml.dump(
        document,
        Dumper=_TextDumper,
        sort_keys=False,
        allow_unicode=True,
        width=100,
        default_flow_style=None if "words" not in document else False,
    )
    return text
