"""A feed's rows become members, some at a time, each with its place in the feed: killed anywhere, it goes on there."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from services.profiles.commands.announce_member import announce_deactivated
from services.profiles.commands.change_member import change_member
from services.profiles.commands.name_skills import name_skills
from services.profiles.commands.register_member import register_member
from services.profiles.commands.register_newcomers import Person, register_newcomers, without_tickets
from services.profiles.domain.member import EMAIL, Key, Member, Profile, email_key, number_key
from services.profiles.domain.member_import import ImportState, MemberImport
from services.profiles.domain.reading import profile_of
from services.profiles.domain.verification import verified
from services.profiles.store import Store
from services.profiles.store.identifiers import kind_of, text_of
from services.profiles.store.member_imports import COLLECTION, StagedRow
from shared.errors import Conflict, Fault, Invalid, PreconditionFailed, row_fault
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork

AT_ONCE = 100
"""Rows, and members to suspend, in one transaction."""

_MOST_SHOWN = 100
_PAUSE = timedelta(seconds=1)
_ERASED = Fault("/member_number", "erased: who has this number or address asked to be forgotten. The row was skipped.")


def feeds(store: Store) -> DueWork:
    """The due work of applying feeds."""

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        upload = store.imports.from_document(claimed.document)
        if store.imports.comes_after_another(upload):
            _wait(unit_of_work, store, claimed, upload)
        elif upload.state is ImportState.SUSPENDING:
            _suspend_some(unit_of_work, store, claimed, upload)
        elif rows := store.imports.staged(upload, AT_ONCE):
            _apply_some(unit_of_work, store, claimed, upload, rows)
        else:
            _count_the_absent(unit_of_work, store, claimed, upload)

    return DueWork("apply_member_imports", COLLECTION, perform)


def _wait(unit_of_work: UnitOfWork, store: Store, claimed: Claimed, upload: MemberImport) -> None:
    """An older feed's rows must not come after this one's."""

    def postpone(transaction: Transaction) -> None:
        claimed.confirm(transaction.session)
        store.imports.save(transaction.session, replace(upload, due_at=transaction.now + _PAUSE))

    unit_of_work.run(postpone, tenant=upload.tenant)


def _apply_some(
    unit_of_work: UnitOfWork, store: Store, claimed: Claimed, upload: MemberImport, rows: Sequence[StagedRow]
) -> None:
    """As many of the rows as go together; one that cannot be applied is reported, alone."""
    while True:
        try:
            unit_of_work.run(_applying(store, claimed, upload, rows), tenant=upload.tenant)
        except (Conflict, Invalid, PreconditionFailed) as error:
            # A row may change whom a later one is about; that one then goes by itself, as they are after it.
            if len(rows) == 1:
                if isinstance(error, PreconditionFailed):
                    raise
                unit_of_work.run(_rejecting(store, claimed, upload, rows[0], error), tenant=upload.tenant)
                return
            rows = rows[: len(rows) // 2]
        else:
            return


def _applying(
    store: Store, claimed: Claimed, upload: MemberImport, rows: Sequence[StagedRow]
) -> Callable[[Transaction], None]:
    def apply(transaction: Transaction) -> None:
        claimed.confirm(transaction.session)
        applying = _Applying.of(transaction, store, upload, rows)
        after = upload
        for row in rows:
            after = applying.take(after, row)
        applying.register()
        store.imports.name(transaction.session, upload, applying.named)
        store.imports.dealt_with(transaction.session, upload, rows)
        _go_on(transaction, store, replace(after, applied=after.applied + len(rows)))

    return apply


def _rejecting(
    store: Store, claimed: Claimed, upload: MemberImport, row: StagedRow, error: Conflict | Invalid
) -> Callable[[Transaction], None]:
    def reject(transaction: Transaction) -> None:
        claimed.confirm(transaction.session)
        applying = _Applying.of(transaction, store, upload, [row])
        applying.name(row)
        if len(applying.members) == 2 and not upload.dry_run:
            store.candidates.named_together(transaction.session, transaction.tenant, applying.members.keys())
        faults = error.faults if isinstance(error, Invalid) else [Fault("", error.detail)]
        rejected = upload.with_faults([row_fault(row.number, each) for each in faults])
        store.imports.name(transaction.session, upload, applying.named)
        store.imports.dealt_with(transaction.session, upload, [row])
        _go_on(transaction, store, replace(rejected, applied=upload.applied + 1))

    return reject


def _go_on(transaction: Transaction, store: Store, upload: MemberImport) -> None:
    store.imports.save(transaction.session, replace(upload, updated_at=transaction.now, due_at=transaction.now))


@dataclass(slots=True)
class _Applying:
    """Some rows, and what is known of whom they name."""

    transaction: Transaction
    store: Store
    upload: MemberImport
    holders: Mapping[Key, str]
    members: dict[str, Member]
    erased: AbstractSet[Key]
    """Keys of nobody, whose owner was erased."""
    before: set[str]
    """Whom earlier rows named."""
    newcomers: Mapping[int, Person]
    """By the order of their row: they are registered together."""
    named: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, transaction: Transaction, store: Store, upload: MemberImport, rows: Sequence[StagedRow]) -> "_Applying":
        session, tenant = transaction.session, transaction.tenant
        keys = {key for row in rows for key in _keys(row)}
        known = store.identifiers.known(session, tenant, keys)
        holders = {key: each.member_id for key, each in known.items() if each.member_id is not None}
        members = {each.id: each for each in store.members.among(session, tenant, set(holders.values()))}
        nobody_s = keys - holders.keys()
        marks = store.erasures.marks(session, tenant, {(kind_of(key), text_of(key)) for key in nobody_s})
        erased = {key for key in nobody_s if (kind_of(key), text_of(key)) in marks}
        before = store.imports.named(session, upload, members.keys())
        newcomers: Mapping[int, Person] = {}
        if not upload.dry_run and len(rows) > 1:  # what could not go together goes alone, and then as anybody
            newcomers = without_tickets(transaction, store, _strangers(rows, known.keys() | erased))
        return cls(transaction, store, upload, holders, members, erased, before, newcomers)

    def take(self, upload: MemberImport, row: StagedRow) -> MemberImport:
        """The import with this row applied. Raises Conflict, Invalid where it cannot be."""
        if row.erased:
            return upload.with_erased(row_fault(row.number, _ERASED))
        if row.content is None:
            self.name(row)
            return upload
        member = self._found(row)
        if member is None:
            return self._with_new(upload, row, row.content)
        if member.id in self.named | self.before:
            raise Invalid([Fault("/member_number", "An earlier row of this file is about the same member.")])
        self.named.add(member.id)
        if self._changes(member, row, _profile(row.content)):
            return replace(upload, changed=upload.changed + 1)
        return replace(upload, unchanged=upload.unchanged + 1)

    def _with_new(self, upload: MemberImport, row: StagedRow, content: Mapping[str, Any]) -> MemberImport:
        if not self.erased.isdisjoint(_keys(row)):
            return upload.with_erased(row_fault(row.number, _ERASED))
        if not self.upload.dry_run and row.order not in self.newcomers:
            keys = {number_key(row.member_number): None}
            made = register_member(self.transaction, self.store, _profile(content), keys, content.keys())
            self.named.add(made.id)
        return replace(upload, created=upload.created + 1)

    def register(self) -> None:
        """The newcomers become members."""
        if self.newcomers:
            self.named.update(register_newcomers(self.transaction, self.store, [*self.newcomers.values()]))

    def name(self, row: StagedRow) -> None:
        """Nothing is said of the member, who is named all the same."""
        if (holder := self.holders.get(number_key(row.member_number))) and holder not in self.before:
            self.named.add(holder)

    def _found(self, row: StagedRow) -> Member | None:
        found = {self.members[self.holders[key]].id: key for key in _keys(row) if key in self.holders}
        if len(found) > 1:
            raise Invalid([Fault("/email", "The number and the address are two members': merge them first.")])
        for member_id in found:
            member = self.members[member_id]
            if member.numbers - {number_key(row.member_number)} and number_key(row.member_number) not in member.keys:
                raise Invalid([Fault("/email", "The member with this address has another number.")])
            return member
        return None

    def _changes(self, member: Member, row: StagedRow, profile: Profile) -> bool:
        leaves = profile.get("membership") == "suspended" and member.membership != "suspended"
        profile = _with_membership(member, profile)
        if self.upload.dry_run and "skills" in profile:
            profile = {**profile, "skills": name_skills(self.store, profile["skills"])}
        # Whose number it is the association says, and their address, too: beside it on a ticket may stand a stranger's,
        # who would sign in with it as this member.
        strange = EMAIL if member.provisional else None
        if member.provisional:
            profile = {"email": None, **profile}
        keys = {
            each.key: each.as_of for each in member.identifiers if not each.of_registration and each.issuer != strange
        }
        keys.setdefault(number_key(row.member_number), self.transaction.now)
        vouched = () if row.content is None else row.content.keys()
        if self.upload.dry_run:
            changed = verified(member, replace(member, **profile), vouched)
            return leaves or changed != member or keys.keys() != member.keys
        changed = change_member(self.transaction, self.store, member, profile, keys, vouched)
        if leaves:
            announce_deactivated(self.transaction, self.store, changed, "feed")
        return leaves or changed.version != member.version


def _with_membership(member: Member, profile: Profile) -> Profile:
    """What the row says of the membership, as far as a feed may: whom staff suspended stays so, whatever it says.

    Whom a feed suspended is back when a feed names them as anything else, or says nothing of it.
    """
    rest: Profile = {name: value for name, value in profile.items() if name != "membership"}  # type: ignore[assignment]
    said = profile.get("membership")
    if said == "suspended" or (member.membership == "suspended" and member.suspended_by != "feed"):
        return rest
    if member.membership == "suspended":
        return {**rest, "membership": said or "active"}
    return profile


def _profile(content: Mapping[str, Any]) -> Profile:
    return profile_of({k: v for k, v in content.items() if k != "member_number"}, {})


def _strangers(rows: Sequence[StagedRow], known: Collection[Key]) -> Mapping[int, Person]:
    """Whom rows are about that name no key that is known or that another of them names, each by the row's order."""
    named = Counter(key for row in rows for key in _keys(row))
    return {
        row.order: Person(_profile(row.content), frozenset(_keys(row)), row.content.keys())
        for row in rows
        if row.content is not None and all(named[key] == 1 and key not in known for key in _keys(row))
    }


def _keys(row: StagedRow) -> list[Key]:
    address = (row.content or {}).get("email")
    return [number_key(row.member_number), *([email_key(address)] if address else [])]


def _count_the_absent(unit_of_work: UnitOfWork, store: Store, claimed: Claimed, upload: MemberImport) -> None:
    known = absent = 0
    first: list[str] = []
    for found, named in store.imports.fed(upload) if upload.full else ():
        known += len(found)
        missing = upload.missing(found, named)
        absent += len(missing)
        first += missing[: _MOST_SHOWN - len(first)]

    def settle(transaction: Transaction) -> None:
        claimed.confirm(transaction.session)
        guard = store.associations.number(transaction.tenant, "feed_absent_percent", transaction.session)
        store.imports.save(transaction.session, upload.after_rows(transaction.now, known, absent, first, guard))

    unit_of_work.run(settle, tenant=upload.tenant)


def _suspend_some(unit_of_work: UnitOfWork, store: Store, claimed: Claimed, upload: MemberImport) -> None:
    found, named = next(store.imports.fed(upload, upload.suspended_to), ((), set[str]()))
    missing = upload.missing(found, named)
    these = missing[:AT_ONCE]
    looked_to = these[-1] if len(missing) > AT_ONCE else (found[-1] if found else upload.suspended_to)

    def suspend(transaction: Transaction) -> None:
        claimed.confirm(transaction.session)
        number = 0
        # Since we looked, somebody whom the feed names may have been merged into one of them.
        by_now = store.imports.named_since(transaction.session, upload, these)
        for member in store.members.among(transaction.session, transaction.tenant, these):
            if member.membership != "suspended" and member.id not in by_now:
                announce_deactivated(transaction, store, member, "feed")
                number += 1
        after = replace(
            upload,
            updated_at=transaction.now,
            suspended=upload.suspended + number,
            suspended_to=looked_to,
            state=upload.state if found else ImportState.FINISHED,
            due_at=transaction.now if found else None,
        )
        store.imports.save(transaction.session, after)

    unit_of_work.run(suspend, tenant=upload.tenant)
