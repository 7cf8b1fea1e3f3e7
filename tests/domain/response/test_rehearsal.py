"""What a seed says of an exercise: who behaves how, what happens, in which order."""

from datetime import timedelta

from playbook.domain.response.rehearsal import (
    BEFORE,
    Confirming,
    Kind,
    Manner,
    behaviour,
    confirming,
    happenings,
    pick,
)

SEEDS = range(200)


def test_people_behave_as_their_seed_says() -> None:
    within = timedelta(minutes=10)
    crowd = [behaviour(7, person, within) for person in range(400)]
    assert crowd == [behaviour(7, person, within) for person in range(400)]
    assert {b.manner for b in crowd} == set(Manner)
    assert all(b.after > within for b in crowd if b.manner is Manner.LATE)


def test_people_confirm_in_every_manner_and_the_same_at_each_call() -> None:
    crowd = [confirming(7, person) for person in range(100)]
    assert crowd == [confirming(7, person) for person in range(100)]
    assert {manner for manner, _ in crowd} == set(Confirming)


def test_every_seed_walks_every_kind() -> None:
    for seed in SEEDS:
        assert happenings(seed) == happenings(seed)
        assert {one.kind for one in happenings(seed)} == set(Kind)
        ways = {one.how for one in happenings(seed) if one.kind is Kind.CODE}
        assert ways == {"page", "page-wrong", "desk", "desk-wrong"}


def test_seeds_differ_in_order_in_moments_and_in_how_it_ends() -> None:
    assert len({happenings(seed) for seed in SEEDS}) == len(SEEDS)
    assert len({tuple(one.kind for one in happenings(seed)) for seed in SEEDS}) > 100
    assert {happenings(seed)[-1].how for seed in SEEDS} == {"false-alarm", "stand-down-all"}


def test_rotas_gap_and_swap_come_before_the_activation_in_their_order_and_all_else_after() -> None:
    for seed in SEEDS:
        planned = happenings(seed)
        before = [one.kind for one in planned if one.after < timedelta(0)]
        assert before == [Kind.ROTA, Kind.GAP, Kind.SWAP]
        assert all(one.after > -BEFORE for one in planned)


def test_no_two_things_happen_at_the_same_moment() -> None:
    for seed in range(2000):
        moments = [one.after for one in happenings(seed)]
        assert len(set(moments)) == len(moments)


def test_a_choice_is_the_same_again_and_never_more_than_there_is() -> None:
    among = list(range(50))
    assert pick(3, "swap", among) == pick(3, "swap", among)
    assert len({pick(seed, "swap", among)[0] for seed in SEEDS}) > 20
    assert pick(3, "swap", among, 10) != pick(3, "paper", among, 10)
    assert sorted(pick(3, "all", among, 99)) == among
    assert pick(3, "none", []) == []
