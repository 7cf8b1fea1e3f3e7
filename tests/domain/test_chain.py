"""The log's chain: nothing can be changed or left out unseen, and what is personal can be erased."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from playbook.domain.chain import GENESIS, Sealed, first_break, payload_digest, seal


def chain(payloads: list[str]) -> list[Sealed]:
    entries, previous = [], GENESIS
    for position, payload in enumerate(payloads, start=1):
        salt = f"salt{position}"
        facts = {"n": position, "payload": payload_digest(payload, salt)}
        link = seal(previous, facts)
        entries.append(
            Sealed(position, previous, link, facts, payload, salt, payload_digest(payload, salt))
        )
        previous = link
    return entries


texts = st.lists(st.text(max_size=20), min_size=1, max_size=8)


@given(texts)
def test_a_chain_as_written_holds(payloads: list[str]) -> None:
    assert first_break(chain(payloads)) is None


@given(texts, st.data())
def test_erasing_what_is_personal_leaves_the_chain_whole(
    payloads: list[str], data: st.DataObject
) -> None:
    entries = chain(payloads)
    i = data.draw(st.integers(0, len(entries) - 1))
    entries[i] = replace(entries[i], payload=None, salt=None)
    assert first_break(entries) is None


@given(texts, st.data())
def test_a_changed_payload_is_found_at_its_place(payloads: list[str], data: st.DataObject) -> None:
    entries = chain(payloads)
    i = data.draw(st.integers(0, len(entries) - 1))
    entries[i] = replace(entries[i], payload=(entries[i].payload or "") + "x")
    assert first_break(entries) == i + 1


@given(texts.filter(lambda p: len(p) > 1), st.data())
def test_an_entry_left_out_is_found(payloads: list[str], data: st.DataObject) -> None:
    entries = chain(payloads)
    i = data.draw(st.integers(0, len(entries) - 2))
    del entries[i]
    assert first_break(entries) == i + 2
