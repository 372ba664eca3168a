"""Enrollments: who takes part in which program, in which role."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.matching.domain.enrollment import AlreadyEnrolled, Enrollment, EnrollmentState, Role
from services.matching.store.named import named_in
from shared.storage import Document, Index, Repository

COLLECTION = "enrollments"

DUE: Mapping[str, Any] = {"role": Role.MENTEE.value, "state": EnrollmentState.APPROVED.value}
"""Those for which a time comes. MongoDB takes a partial index only for a query that repeats its condition."""

INDEXES = (
    Index(
        COLLECTION,
        (("tenant", 1), ("program_id", 1), ("member_id", 1), ("role", 1)),
        unique=True,
        name="member_of_program",
    ),
    Index(COLLECTION, (("tenant", 1), ("program_id", 1), ("_id", 1))),
    Index(COLLECTION, (("tenant", 1), ("program_id", 1), ("state", 1), ("role", 1), ("_id", 1))),
    Index(COLLECTION, (("tenant", 1), ("member_id", 1), ("_id", 1))),
    Index(COLLECTION, (("due_at", 1),), partial=DUE, name="first_request"),
    Index(COLLECTION, (("tenant", 1), ("enrolled_as", 1)), partial={"enrolled_as": {"$gt": ""}}, name="enrolled_as"),
)


class Enrollments(Repository[Enrollment]):
    """A member has at most one enrollment in a program for each role."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Enrollment, "enrollment")

    def add(self, session: ClientSession, enrollment: Enrollment) -> None:
        """Writes a new one. Raises AlreadyEnrolled."""
        try:
            self.insert(session, enrollment)
        except DuplicateKeyError:
            raise AlreadyEnrolled(enrollment.member_id, enrollment.role) from None

    def put_off(self, session: ClientSession, enrollment: Enrollment) -> None:
        """Writes when it is due next. What others know of it has not changed, so neither has its version."""
        where = {"_id": enrollment.id, "tenant": enrollment.tenant}
        self.collection.update_one(where, {"$set": {"due_at": enrollment.due_at}}, session=session)

    def find_of(
        self, tenant: str, program_id: str, member_id: str, role: Role, session: ClientSession | None = None
    ) -> Enrollment | None:
        """The member's enrollment in this role, in whatever state; None where there never was one."""
        where = {"program_id": program_id, "member_id": member_id, "role": role.value}
        return self.find_where(tenant, where, session)

    def of_member(
        self, tenant: str, program_id: str, member_id: str, session: ClientSession | None = None
    ) -> Sequence[Enrollment]:
        """The member's enrollments in this program: none, one, or one for each role."""
        where = {"program_id": program_id, "member_id": member_id}
        return self.page(tenant, where, limit=0, session=session)

    def to_withdraw(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> Sequence[Enrollment]:
        """The enrollments of these members, in all programs, that are not over."""
        over = [EnrollmentState.REJECTED.value, EnrollmentState.WITHDRAWN.value]
        where = {"member_id": {"$in": sorted(member_ids)}, "state": {"$nin": over}}
        return self.page(tenant, where, limit=0, session=session)

    def made_by(self, session: ClientSession, tenant: str, makers: Collection[str]) -> Sequence[Enrollment]:
        """Those of who was enrolled by one of these ids, whoever that is now."""
        found = named_in(self, session, tenant, ("member_id", "enrolled_as"), makers)
        return [each for each in found if each.maker in makers]

    def raised_by(self, session: ClientSession, enrollment: Enrollment) -> Enrollment | None:
        """The one that took over from this one."""
        where = {"program_id": enrollment.program_id, "role": enrollment.role.value, "raised.by": enrollment.id}
        return self.find_where(enrollment.tenant, where, session)

    def approved(
        self, tenant: str, program_id: str, role: Role, session: ClientSession | None = None
    ) -> Sequence[Enrollment]:
        """Everyone who takes part in this role now."""
        where = {"program_id": program_id, "role": role.value, "state": EnrollmentState.APPROVED.value}
        return self.page(tenant, where, limit=0, session=session)

    def seats(
        self, tenant: str, program_id: str, role: Role, member_ids: Collection[str] | None = None
    ) -> Mapping[str, int]:
        """How many partners each takes who takes part in this role now; of these members, or of all."""
        where = _approved(tenant, program_id, role)
        if member_ids is not None:
            where["member_id"] = {"$in": sorted(member_ids)}
        found = self.collection.find(where, {"_id": 0, "member_id": 1, "capacity": 1})
        return {each["member_id"]: each["capacity"] for each in found}

    def is_approved(self, tenant: str, program_id: str, member_id: str, role: Role) -> bool:
        """Whether the member takes part in this role now."""
        where = {**_approved(tenant, program_id, role), "member_id": member_id}
        return self.collection.find_one(where, {"_id": 1}) is not None

    def count_in_role(self, tenant: str, program_id: str, role: Role, most: int) -> int:
        """How many take part in this role now, counted as far as `most`."""
        return self.collection.count_documents(_approved(tenant, program_id, role), limit=most)

    def count_approved(self, session: ClientSession, tenant: str, program_id: str) -> int:
        """Places of the program that are taken, in either role."""
        where = {"tenant": tenant, "program_id": program_id, "state": EnrollmentState.APPROVED.value}
        return self.collection.count_documents(where, session=session)

    def programs_of(self, tenant: str, member_id: str) -> Sequence[str]:
        """The ids of the programs in which the member has a place, in whatever state."""
        found: list[str] = self.collection.distinct("program_id", {"tenant": tenant, "member_id": member_id})
        return found


def _approved(tenant: str, program_id: str, role: Role) -> dict[str, Any]:
    state = EnrollmentState.APPROVED.value
    return {"tenant": tenant, "program_id": program_id, "role": role.value, "state": state}
