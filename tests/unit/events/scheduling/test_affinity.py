"""Who fits whom by their profiles."""

import random

from services.events.scheduling.affinity import Profile, affinities


def offering(*skills: str) -> Profile:
    return Profile(offers=frozenset(skills))


def seeking(*skills: str) -> Profile:
    return Profile(seeks=frozenset(skills))


def test_who_offers_what_another_seeks_fits_best() -> None:
    found = affinities(
        {"ada": seeking("law"), "ben": offering("law"), "cid": seeking("law"), "dee": offering("tax")}, best=3
    )
    assert set(found) == {("ada", "ben"), ("ada", "cid"), ("ben", "cid")}
    assert found["ada", "ben"] > found["ada", "cid"]


def test_both_ways_are_worth_more_than_one() -> None:
    ada = Profile(offers=frozenset({"law"}), seeks=frozenset({"tax"}))
    ben = Profile(offers=frozenset({"tax"}), seeks=frozenset({"law"}))
    found = affinities({"ada": ada, "ben": ben, "cid": offering("tax")}, best=5)
    assert found["ada", "ben"] > found["ada", "cid"]


def test_what_few_share_says_more_than_what_everybody_has() -> None:
    many = {f"p{number:02}": Profile(industry="energy") for number in range(30)}
    rare = {"ada": Profile(industry="opera"), "ben": Profile(industry="opera")}
    found = affinities(many | rare, best=40)
    assert found["ada", "ben"] > found["p00", "p01"] > 0


def test_groups_count_and_who_shares_nothing_is_left_out() -> None:
    profiles = {"ada": Profile(groups=frozenset({"g"})), "ben": Profile(groups=frozenset({"g"})), "cid": Profile()}
    assert set(affinities(profiles, best=5)) == {("ada", "ben")}


def crowd(number: int) -> dict[str, Profile]:
    chance = random.Random(number)
    skills = [f"skill{each}" for each in range(40)]
    return {
        f"p{each:04}": Profile(
            frozenset(chance.sample(skills, 3)), frozenset(chance.sample(skills, 3)), chance.choice("xyz")
        )
        for each in range(600)
    }


def test_a_pair_is_worth_the_same_whoever_found_it() -> None:
    profiles = crowd(1)
    found = affinities(profiles, best=8)
    fit = {each: sum(each in pair for pair in found) for each in profiles}
    assert min(fit.values()) >= 8
    # Read from behind, each pair is found by the other one of the two first.
    behind = {f"q{9999 - int(each[1:])}": profile for each, profile in profiles.items()}
    named = {f"q{9999 - int(each[1:])}": each for each in profiles}
    for (one, other), points in affinities(behind, best=8).items():
        pair = (min(named[one], named[other]), max(named[one], named[other]))
        assert found.get(pair, points) == points


def test_the_order_of_people_changes_nothing() -> None:
    profiles = crowd(2)
    mixed = list(profiles.items())
    random.Random(3).shuffle(mixed)
    assert affinities(dict(mixed), best=5) == affinities(profiles, best=5)


def test_nobody_is_looked_for_where_none_are_wanted() -> None:
    assert affinities({"ada": seeking("law"), "ben": offering("law")}, best=0) == {}
