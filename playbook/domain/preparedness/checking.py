"""From what was written to a playbook that can be trusted, or to everything that keeps it from it.

Pure: the trees and their lines come in, a document or findings go out. All findings are told at
once; one mistake is told once, not as the ten others that follow from it.
"""

from playbook.domain.preparedness.deadlines import check_deadlines
from playbook.domain.preparedness.document import Playbook, Structure
from playbook.domain.preparedness.engine_messages import check_engine_messages
from playbook.domain.preparedness.findings import Finding, has_errors, in_reading_order
from playbook.domain.preparedness.placeholders import check_placeholders
from playbook.domain.preparedness.proof import check_proof
from playbook.domain.preparedness.raw import RawPlaybook
from playbook.domain.preparedness.references import check_references
from playbook.domain.preparedness.resolving import Parents, Resolved, resolve
from playbook.domain.preparedness.sense import check_sense
from playbook.domain.preparedness.sentences import check_sentences
from playbook.domain.preparedness.shape import Shaped, shape
from playbook.domain.preparedness.translations import check_translations, translations_of


def check(raw: RawPlaybook, parents: Parents) -> tuple[Playbook | None, list[Finding]]:
    """Return the playbook, resolved and typed, and all findings in reading order.

    The playbook is None if there is an error among the findings; with warnings alone it is there.
    """
    resolved = resolve(raw, parents)
    if raw.structure.tree is None:
        return None, in_reading_order(resolved.findings)
    shaped = shape(resolved)
    findings = [*resolved.findings, *shaped.findings]
    if shaped.structure is not None:
        findings += _check_meaning(shaped, shaped.structure)
    if shaped.structure is not None and not has_errors(findings):
        # Mending an error may change the source once more; only then is a translation compared.
        findings += check_translations(resolved, shaped.structure)
    if shaped.structure is None or has_errors(findings):
        return None, in_reading_order(findings)
    return _document(resolved, shaped.structure), in_reading_order(findings)


def _check_meaning(shaped: Shaped, structure: Structure) -> list[Finding]:
    findings = list(check_deadlines(shaped, structure))
    if shaped.is_whole:
        findings += check_references(shaped, structure)
        findings += check_sense(shaped, structure)
        findings += check_engine_messages(shaped, structure)
        findings += check_sentences(shaped, structure)
        findings += check_placeholders(shaped, structure)
        findings += check_proof(shaped, structure)
    return findings


def _document(resolved: Resolved, structure: Structure) -> Playbook:
    words = {
        language: {key: word.text for key, word in resolved.words[language].items()}
        for language in structure.languages.all
        if resolved.words.get(language)
    }
    document = structure.model_dump(by_alias=True)
    translations = translations_of(resolved, structure)
    return Playbook.model_validate({**document, "words": words, "translations": translations})
