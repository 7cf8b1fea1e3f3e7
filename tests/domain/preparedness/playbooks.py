"""Playbooks of every kind, for rules that hold for all of them. They need not make sense."""

from typing import Any

from hypothesis import strategies as st

from playbook.domain.preparedness.document import SECTIONS, Playbook
from playbook.domain.preparedness.durations import Unit

_IDS = st.sampled_from(["a", "b", "mayor", "vigil", "tier-1", "first-hour"])
_TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(
    str.strip
)
_DURATIONS = st.builds(lambda n, u: f"{n} {u}", st.integers(0, 40), st.sampled_from(Unit))
_OFFSETS = st.builds(
    lambda d, w, a: f"{d} {w} {a}",
    _DURATIONS,
    st.sampled_from(["after", "before"]),
    st.sampled_from(["time-zero", "anniversary", "vigil"]),
)
_ID_LISTS = st.lists(_IDS, max_size=2)
_SOME_IDS = st.lists(_IDS, min_size=1, max_size=2)


def _some(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


_ADOPTED = _some({"by": _TEXTS, "on": st.dates().map(str)}, {})
_EVIDENCE = _some(
    {"mark": st.sampled_from(["verified", "default", "unconfirmed"])}, {"source": _IDS}
)
_OPTIONS = st.dictionaries(
    _IDS,
    _some(
        {},
        {
            "starts": _some({}, {"call-out": _ID_LISTS, "tasks": _ID_LISTS, "messages": _ID_LISTS}),
            "opens": _ID_LISTS,
        },
    ),
    min_size=1,
    max_size=2,
)
_SECTIONS: dict[str, Any] = {
    "tiers": _some({"starts": _DURATIONS}, {}),
    "phases": _some({"from": _DURATIONS}, {"until": _DURATIONS}),
    "levels": _some({"call": _ID_LISTS}, {}),
    "partners": st.just({}),
    "roles": _some(
        {
            "partner": _IDS,
            "acknowledge-within": _DURATIONS,
            "channels": st.lists(st.sampled_from(["sms", "email", "voice"]), min_size=1),
        },
        {"tier": _IDS, "deputies": _ID_LISTS, "under": _IDS},
    ),
    "decisions": _some(
        {"phase": _IDS, "decides": _SOME_IDS, "options": _OPTIONS},
        {"number": st.sampled_from(["01", "4b"]), "due": _OFFSETS, "adopted": _ADOPTED,
         "deputy": _IDS, "needs": _ID_LISTS, "evidence": _EVIDENCE},
    ),
    "tasks": _some(
        {"role": _IDS, "phase": _IDS, "begins": st.sampled_from(["at-activation", "by-decision"])},
        {"due": _OFFSETS, "adopted": _ADOPTED},
    ),
    "check-ins": _some(
        {"ask": _SOME_IDS, "every": _DURATIONS, "until": _OFFSETS, "answers": _SOME_IDS},
        {"quiet-hours": st.sampled_from(["yes", "no"])},
    ),
    "care": _some(
        {
            "contacts": st.dictionaries(
                _IDS,
                _some({"kind": st.just("call")}, {"by": _IDS}).flatmap(
                    lambda c: st.sampled_from(["within", "every"]).flatmap(
                        lambda rhythm: _DURATIONS.map(lambda d: {**c, rhythm: d})
                    )
                ),
                min_size=1,
                max_size=2,
            )
        },
        {"triggers": _ID_LISTS},
    ),
}  # fmt: skip
_WORDS = st.dictionaries(
    st.builds("{}.{}.{}".format, st.sampled_from(SECTIONS), _IDS, _IDS), _TEXTS, max_size=3
)


def _document(sections: dict[str, Any], words: dict[str, Any], frame: dict[str, Any]) -> Playbook:
    return Playbook.model_validate(
        {"languages": {"source": "en"}, **frame, **sections, "words": words}
    )


def playbooks() -> st.SearchStrategy[Playbook]:
    """Return playbooks with a few entries in any of their sections."""
    sections = _some(
        {}, {name: st.dictionaries(_IDS, one, max_size=2) for name, one in _SECTIONS.items()}
    )
    words = st.dictionaries(st.sampled_from(["en", "ar", "fr-CA"]), _WORDS, max_size=2)
    frame = _some(
        {"playbook": _IDS}, {"activatable": st.sampled_from(["yes", "no"]), "licence": _TEXTS}
    )
    return st.builds(_document, sections, words, frame)
