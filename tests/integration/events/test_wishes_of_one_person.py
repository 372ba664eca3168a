"""What somebody wished is theirs by whatever id they are known, and about whoever those named are now."""

import threading
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.integration.events.conftest import Bench
from tests.integration.events.encounters import Encounters
from tests.integration.events.test_merging import merged, unmerged


@pytest.fixture
def there(bench: Bench) -> Encounters:
    return Encounters(bench)


def said(there: Encounters, member: str) -> dict[str, Any]:
    answer = there.bench.call("GET", f"/v1/events/{there.event_id}/wishes", "member", member=member)
    assert answer.status_code == 200, answer.get_data()
    return answer.get_json() | {"tag": answer.headers["ETag"]}


def say(there: Encounters, member: str, tag: str, **words: list[str]) -> TestResponse:
    path = f"/v1/events/{there.event_id}/wishes"
    return there.bench.call("PUT", path, "member", member=member, json=words, headers={"If-Match": tag})


def test_after_a_merge_wishes_are_the_survivor_s_and_name_who_is_there_now(there: Encounters) -> None:
    ada, again, ben, other_ben, cid = (there.attendee() for _ in range(5))
    there.wish(ada, wishes=[cid])
    there.wish(again, wishes=[other_ben], no_thanks=[cid])
    there.bench.handle([merged(there.bench, again, ada)])
    there.bench.handle([merged(there.bench, other_ben, ben)])
    found = said(there, ada)
    assert (found["wishes"], found["no_thanks"]) == ([ben], [cid])


def test_what_the_survivor_says_takes_the_place_of_all_they_said(there: Encounters) -> None:
    ada, again, ben, cid = (there.attendee() for _ in range(4))
    there.wish(again, no_thanks=[ben])
    there.bench.handle([merged(there.bench, again, ada)])
    assert there.bench.told("meeting.") == []
    before = said(there, ada)
    assert say(there, ada, before["tag"], wishes=[cid], no_thanks=[]).status_code == 200
    now = said(there, ada)
    assert (now["wishes"], now["no_thanks"]) == ([cid], [])
    assert say(there, ada, before["tag"], wishes=[], no_thanks=[]).status_code == 412
    there.asked(ben, ada)
    assert len(there.bench.told("meeting.requested")) == 1, "the no thanks is taken back"


def test_after_an_undone_merge_each_has_what_they_said(there: Encounters) -> None:
    ada, again, ben = (there.attendee() for _ in range(3))
    there.wish(ada, wishes=[ben])
    there.wish(again, no_thanks=[ben])
    there.bench.handle([merged(there.bench, again, ada)])
    there.bench.handle([unmerged(there.bench, again)])
    assert (said(there, ada)["wishes"], said(there, again)["no_thanks"]) == ([ben], [ben])


def test_of_two_who_say_something_at_once_by_what_they_read_one_does(there: Encounters) -> None:
    ada, again, ben = (there.attendee() for _ in range(3))
    there.wish(ada, wishes=[ben])
    there.wish(again, no_thanks=[ben])
    there.bench.handle([merged(there.bench, again, ada)])
    tag, barrier = said(there, ada)["tag"], threading.Barrier(2)
    statuses: list[int] = []

    def run(words: dict[str, list[str]]) -> None:
        barrier.wait()
        statuses.append(say(there, ada, tag, **words).status_code)

    threads = [threading.Thread(target=run, args=(each,)) for each in ({"wishes": [ben]}, {"no_thanks": [ben]})]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 412]
