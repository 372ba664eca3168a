"""Two members turned out to be one person, or two after all: everything is whose it is now.

Each thing keeps the id that it was made with, and who that is now is looked up; so an undo is the same work as a merge,
and messages about several members may come in any order. What cannot be the same person's twice gives way to the other:
an enrollment aside, an open request and a live mentorship for good.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from services.matching.commands.close_mentorship import end_mentorship
from services.matching.commands.create_task import create_task
from services.matching.commands.invalidate_requests import invalidate_requests
from services.matching.commands.mentor_seats import settle_load
from services.matching.commands.merge_blocks import merge_blocks
from services.matching.commands.merge_measures import merge_measures
from services.matching.commands.settle_enrollments import settle_enrollments
from services.matching.domain.enrollment import MERGED, Enrollment, Role
from services.matching.domain.mentorship import FARTHEST, LIVE, Mentorship
from services.matching.domain.peers import Paired, as_named, in_order, ways_to_ask
from services.matching.domain.program import Format
from services.matching.domain.request import FARTHEST as FARTHEST_REQUESTS
from services.matching.domain.request import Request
from services.matching.domain.same_person import are_one, named_anew
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def settle_merge(transaction: Transaction, store: Store, member_id: str) -> None:
    """Gives all that was made by this member, and by whoever was merged into them, to who that is now.

    Bears being repeated. A pair that would be one person with themselves is ended, with a task for the coordinator, and
    so is the lesser of two live mentorships of the same two.
    """
    tenant, session = transaction.tenant, transaction.session
    makers = store.merges.known_as(tenant, member_id, session)
    now = store.merges.survivor(tenant, member_id, session)
    _Settling(transaction, store, makers, now, store.programs.of_peers(tenant, session)).settle()


@dataclass(frozen=True, slots=True)
class _Settling:
    transaction: Transaction
    store: Store
    makers: Collection[str]
    now: str
    of_peers: Collection[str]
    """Programs of peers, whose pairs are named in order of their ids."""

    def settle(self) -> None:
        store, transaction = self.store, self.transaction
        session, tenant = transaction.session, transaction.tenant
        enrollments = store.enrollments.made_by(session, tenant, self.makers)
        mentorships = store.mentorships.naming(session, tenant, self.makers)
        requests = store.requests.naming(session, tenant, self.makers)
        found: list[Enrollment | Mentorship | Request] = [*enrollments, *mentorships, *requests]
        programs = sorted({each.program_id for each in found})
        people = sorted(self._people(enrollments, mentorships))
        for program_id in programs:
            for person in people:
                # Whoever pairs or asks for one of them at this moment meets us here, and one of both runs again.
                store.mentee_turns.take(session, tenant, program_id, person)
        for mentorship in mentorships:
            self._end_what_cannot_be(mentorship.id)
        settle_enrollments(transaction, store, enrollments, self.now)
        for mentorship in store.mentorships.naming(session, tenant, self.makers):
            self._rename(mentorship)
        self._settle_introductions()
        self._settle_shared_items()
        for program_id in programs:
            for person in people:
                settle_load(transaction, store, program_id, person)
        self._settle_requests()
        # By who everybody is now, whose own blocks may end what they came by.
        merge_blocks(transaction, store, {*self.makers, self.now})
        self._settle_proposals(programs)
        for program_id in programs:
            self._invalidate_what_is_overtaken(program_id)
        merge_measures(transaction, store, self.makers, self.now)
        # What was the other's goes by the standing of whose it is now.
        store.suspensions.look(transaction, self.now)

    def _people(self, enrollments: Sequence[Enrollment], mentorships: Sequence[Mentorship]) -> set[str]:
        """Whose seats and turns it may change: who they were by any id, who they are, and whose it was until now."""
        gave = {
            each
            for mentorship in mentorships
            for each in set(mentorship.parties) - set(named_anew(mentorship, self.makers, self.now).parties)
        }
        return {*self.makers, self.now, *gave, *(each.member_id for each in enrollments)}

    def _form(self, program_id: str) -> Format:
        """What matters of it here."""
        return Format.PEER if program_id in self.of_peers else Format.ONE_TO_ONE

    def _anew(self, two: Paired) -> Paired:
        """The pair by who its members are now."""
        anew = named_anew(two, self.makers, self.now)
        return anew if anew is two else in_order(self._form(two.program_id), anew)

    def _end_what_cannot_be(self, mentorship_id: str) -> None:
        mentorship = self.store.mentorships.get(self.transaction.tenant, mentorship_id, self.transaction.session)
        if mentorship.state not in LIVE:
            return
        anew = self._anew(mentorship)
        if are_one(anew):
            self._end(mentorship, "same_person")
        elif anew is not mentorship and (other := self._live_of(anew)) is not None and other.id != mentorship.id:
            lesser = max(other, mentorship, key=lambda each: (FARTHEST.index(each.state), each.id))
            self._end(lesser, "paired_twice")

    def _live_of(self, pair: Mentorship) -> Mentorship | None:
        return self.store.mentorships.live_of(
            self.transaction.session, pair.tenant, pair.program_id, pair.mentor_id, pair.mentee_id
        )

    def _end(self, mentorship: Mentorship, reason: str) -> None:
        ended = end_mentorship(self.transaction, self.store, mentorship, MERGED, None)
        create_task(
            self.transaction,
            self.store,
            "merged_pair",
            program_id=ended.program_id,
            mentorship=ended,
            reason=reason,
        )

    def _rename(self, mentorship: Mentorship) -> None:
        anew = named_anew(mentorship, self.makers, self.now)
        if anew is mentorship or are_one(anew):
            return
        store, session, at = self.store, self.transaction.session, self.transaction.now
        names = dict(zip(mentorship.parties, anew.parties, strict=True))
        ordered = in_order(self._form(mentorship.program_id), anew)
        store.mentorships.save(session, ordered.signed_by_the_same(names, at))
        if ordered is not anew:
            store.sides.swap(session, mentorship.tenant, mentorship.id)
        for former in store.agreements.of(mentorship.tenant, [mentorship.id], session):
            if (agreement := former.agreement.named_anew(names)) != former.agreement:
                store.agreements.save(session, replace(former, agreement=agreement, updated_at=at))
        meetings, thanks = store.mentorships.inside(session, mentorship)
        for meeting in meetings:
            if (named := meeting.named_anew(names, at)) is not meeting:
                store.mentorships.sessions.save(session, named)
        for survey in store.surveys.of_pair(session, mentorship):
            store.surveys.save(session, survey.named_anew(names, at))
        store.private_notes.name_anew(session, mentorship.tenant, mentorship.id, names)
        for each in thanks:
            store.mentorships.appreciations.save(
                session, replace(each, from_id=names[each.from_id], to_id=names[each.to_id], updated_at=at)
            )

    def _settle_introductions(self) -> None:
        """Nobody is introduced to themselves or by themselves, nor twice to the same."""
        store, session, at = self.store, self.transaction.session, self.transaction.now
        for found in store.introductions.naming(session, self.transaction.tenant, self.makers):
            anew = found.named_anew(self.makers, self.now)
            if anew is found:
                continue
            if anew.is_open and (not anew.is_of_three or store.introductions.waits(session, anew)):
                anew = anew.withdrawn(at)
            store.introductions.save(session, replace(anew, updated_at=at))

    def _settle_shared_items(self) -> None:
        for found in self.store.shared_items.made_by(self.transaction.session, self.transaction.tenant, self.makers):
            anew = found.shared_now_by(self.now, self.transaction.now)
            if anew is not found:
                self.store.shared_items.save(self.transaction.session, anew)

    def _settle_requests(self) -> None:
        store, session, tenant = self.store, self.transaction.session, self.transaction.tenant
        standing: dict[tuple[str, str, str], Request] = {}
        for request in store.requests.naming(session, tenant, self.makers):
            anew = named_anew(request, self.makers, self.now)
            if request.is_open and are_one(anew):
                self._invalidate(request)
            elif request.is_open and anew is not request:
                form = self._form(anew.program_id)
                two = (anew.program_id, *as_named(form, anew.mentor_id, anew.mentee_id))
                # Of two who come by one name in the same step, the database does not know that name yet.
                rivals = [*self._open_between(anew), *([standing[two]] if two in standing else []), request]
                first, *others = sorted(rivals, key=lambda each: (FARTHEST_REQUESTS.index(each.state), each.id))
                for other in others:
                    if other.id != first.id:
                        self._invalidate(other)
                standing[two] = first
        # Read anew: a list may have moved on to its next mentor.
        for request in store.requests.naming(session, tenant, self.makers):
            anew = named_anew(request, self.makers, self.now)
            if anew is not request and not are_one(anew):
                store.requests.save(session, replace(anew, updated_at=self.transaction.now))

    def _open_between(self, two: Request) -> list[Request]:
        """What is open between the two already; among peers, whoever asks."""
        ways = ways_to_ask(self._form(two.program_id), two.mentor_id, two.mentee_id)
        session = self.transaction.session
        found = [self.store.requests.open_between(session, two.tenant, two.program_id, *way) for way in ways]
        return [each for each in found if each is not None]

    def _invalidate(self, request: Request) -> None:
        current = self.store.requests.get(request.tenant, request.id, self.transaction.session)
        if current.is_open:
            invalidate_requests(self.transaction, self.store, [current], MERGED)

    def _settle_proposals(self, programs: Collection[str]) -> None:
        store, session, at = self.store, self.transaction.session, self.transaction.now
        standing = store.proposals.standing(session, self.transaction.tenant, programs)
        taken = {(each.run_id, each.mentor_id, each.mentee_id) for each in standing}
        for proposal in standing:
            anew = self._anew(proposal)
            if anew is proposal:
                continue
            place = (anew.run_id, anew.mentor_id, anew.mentee_id)
            if are_one(anew) or place in taken:
                store.proposals.save(session, proposal.passed_over(MERGED, at))
            else:
                taken.add(place)
                store.proposals.save(session, replace(anew, updated_at=at))

    def _invalidate_what_is_overtaken(self, program_id: str) -> None:
        store, session, tenant = self.store, self.transaction.session, self.transaction.tenant
        mentee = store.enrollments.find_of(tenant, program_id, self.now, Role.MENTEE, session)
        if mentee is not None:
            live = store.mentorships.live_of_mentee(session, tenant, program_id, self.now)
            if live >= mentee.capacity:
                asked = store.requests.open_of_mentee(session, tenant, program_id, self.now)
                invalidate_requests(self.transaction, store, asked, "mentee_matched")
        load = store.loads.find_of(tenant, program_id, self.now, session)
        if load is not None and load.free == 0:
            if program_id in self.of_peers:
                asked = store.requests.open_of_mentee(session, tenant, program_id, self.now)
                invalidate_requests(self.transaction, store, asked, "mentee_matched")
            asking = store.requests.with_mentor(session, tenant, program_id, self.now)
            invalidate_requests(self.transaction, store, asking, "mentor_full")
