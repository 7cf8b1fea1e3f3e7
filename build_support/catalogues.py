"""Collect, update and compile the catalogues of the interface languages.

python -m build_support.catalogues update    after strings changed: messages.pot and every messages.po
python -m build_support.catalogues compile   after a translation changed: every messages.mo
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("en", "ar", "fr", "sk")
PROJECT = "playbook"
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)

#: CLDR's order, in which translators write: zero, one, two, few (3-10), many (11-99), other (100-102 …). Babel's own
#: rule for Arabic has the last two the other way round.
ARABIC_PLURALS = (
    "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3"
    " : n%100>=11 ? 4 : 5);"
)

#: Beside the usual names: an error's first argument is a sentence for a person, and `N_` marks a sentence that is
#: translated later.
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "_l": None,
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    **dict.fromkeys(
        (
            "PlaybookError",
            "NotFound",
            "NotAllowed",
            "Conflict",
            "BadInput",
            "NotConfigured",
            "KeyMissing",
            # kinds of the above, and the findings of a playbook's check
            "AlteredVersion",
            "Immutable",
            "MissingFact",
            "NotADuration",
            "NotCanonical",
            "Sentence",
            "UnknownText",
        ),
        (1,),
    ),
}


def po_path(root: Path, language: str) -> Path:
    """Return where the catalogue of `language` lies."""
    return root / "translations" / language / "LC_MESSAGES" / "messages.po"


def collect(root: Path = ROOT) -> Catalog:
    """Return every string of the interface, without line numbers, so that a moved line is no change."""
    with (root / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    catalog = Catalog(project=PROJECT, charset="utf-8", creation_date=None)
    found = extract_from_dir(
        root / "playbook",
        [(pattern.removeprefix("playbook/"), method) for pattern, method in methods],
        {pattern.removeprefix("playbook/"): value for pattern, value in options.items()},
        keywords=KEYWORDS,
        comment_tags=("Translators:",),
        strip_comment_tags=True,
    )
    for filename, _line, message, comments, context in sorted(found, key=lambda entry: entry[0]):
        catalog.add(
            message,
            locations=[(f"playbook/{filename}", None)],
            auto_comments=comments,
            context=context,
        )
    return catalog


def update(root: Path = ROOT) -> None:
    """Bring `messages.pot` and every catalogue up to the strings in the code, keeping translations."""
    template = collect(root)
    with (root / "translations" / "messages.pot").open("wb") as file:
        write_po(file, template, omit_header=True, width=100, sort_output=True)
    for language in LANGUAGES:
        path = po_path(root, language)
        catalog = _read(path, language)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        _say_only_what_stays_true(catalog, language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalog, width=100, sort_output=True)


def compile_all(root: Path = ROOT) -> list[Path]:
    """Write every `messages.mo`; return those that changed."""
    changed = []
    for language in LANGUAGES:
        source = po_path(root, language)
        target = source.with_suffix(".mo")
        if not source.exists() or _current(source, target):
            continue
        with target.open("wb") as file:
            write_mo(file, translated(_read(source, language)))
        changed.append(target)
    return changed


def translated(catalog: Catalog) -> Catalog:
    """Return only what is translated; the rest is then read in English, with English plurals."""
    kept = Catalog(locale=catalog.locale, charset="utf-8", fuzzy=False)
    _count_as_translators_do(kept)
    for message in catalog:
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and all(strings) and not message.fuzzy:
            kept[message.id] = message
    return kept


def _say_only_what_stays_true(catalog: Catalog, language: str) -> None:
    """Write the same head every time, so that an update changes nothing where no string changed."""
    _count_as_translators_do(catalog)
    catalog.header_comment = f"# The interface in the language “{language}”."
    catalog.version = "1"
    catalog.creation_date = catalog.revision_date = BEGINNING
    catalog.last_translator = catalog.language_team = "see the history of this file"
    catalog.msgid_bugs_address = "see README.md"


def _count_as_translators_do(catalog: Catalog) -> None:
    if catalog.locale is not None and catalog.locale.language == "ar":
        catalog.mime_headers = [("Plural-Forms", ARABIC_PLURALS)]


def _current(source: Path, target: Path) -> bool:
    return target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns


def _read(path: Path, language: str) -> Catalog:
    if not path.exists():
        return Catalog(locale=language, project=PROJECT, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def main(arguments: list[str]) -> int:
    """Run from the command line."""
    match arguments:
        case ["update"]:
            update()
        case ["compile"]:
            print(f"{len(compile_all())} catalogues compiled.")
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
