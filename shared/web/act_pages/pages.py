"""What comes of opening such a page, and of sending it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from flask import Response
from markupsafe import Markup
from marshmallow import ValidationError

from shared.contracts.acts import Act
from shared.errors import IthacaError, Unavailable
from shared.messaging.unit_of_work import Transaction
from shared.signing import NotOurs
from shared.storage.transaction import time_limit
from shared.web.act_pages.grants import Grant, Grants
from shared.web.act_pages.languages import spoken
from shared.web.act_pages.moments import Moments
from shared.web.act_pages.page_act import Asked, Entry, Field, PageAct, Sight, Standing
from shared.web.act_pages.plain import PlainPages
from shared.web.act_pages.writing import Form, Shown, Texts, Writer, isolated
from shared.web.auth import MemberNow
from shared.web.problems import status_of
from shared.web.transactions import cause, unit_of_work

SEEN = "seen"
"""The hidden field with what the person saw."""

REFUSALS = "refusals"


class _NotAdmitted(Exception):
    """The grant opens nothing (any more); `why` is a block of the texts of all pages."""

    def __init__(self, why: str, status: int, locale: str | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.status = status
        self.locale = locale


class _Changed(Exception):
    """It is not any more what the person saw when they agreed to it."""


@dataclass(frozen=True, slots=True)
class _Visit:
    """One person at one page."""

    page: PageAct
    grant: Grant
    asked: Asked
    language: str


class ActPages:
    """The pages of one service. One for a process; safe to share between threads.

    `texts` holds the service's texts; without `grants` no page opens. A write takes `request_seconds` at most.
    """

    def __init__(
        self,
        acts: Sequence[PageAct],
        *,
        texts: Path,
        grants: Grants | None,
        member_now: MemberNow,
        request_seconds: float,
    ) -> None:
        self._acts = {each.act: each for each in acts}
        self.plain = PlainPages()
        self._writer = Writer(texts)
        self._grants = grants
        self._member_now = member_now
        self._seconds = request_seconds

    def show(self, act: str, grant: str, language: str) -> Response:
        """The page, which changes nothing; `language` is for whom no grant says theirs."""
        try:
            visit = self._admitted(act, grant)
            return self._as_it_stands(visit, self._look(visit), 200)
        except _NotAdmitted as turned_away:
            return self._turned_away(turned_away, language)

    def send(self, act: str, grant: str, entry: Entry, language: str) -> Response:
        """Does the act, once; what came of it, in words. Raises Unavailable where it did not come to that."""
        try:
            visit = self._admitted(act, grant)
            try:
                with time_limit(self._seconds):
                    stood = unit_of_work().run(
                        lambda transaction: _do(transaction, visit, entry), tenant=visit.asked.tenant, cause=cause()
                    )
            except Unavailable:
                raise
            except (_Changed, IthacaError, ValidationError) as error:
                return self._refused(visit, error, entry)
            return self._done(visit) if stood is None else self._as_it_stands(visit, stood, _status(stood))
        except _NotAdmitted as turned_away:
            return self._turned_away(turned_away, language)

    def _admitted(self, act: str, text: str) -> _Visit:
        """Raises _NotAdmitted."""
        if self._grants is None:
            raise _NotAdmitted("unknown", 404)
        try:
            grant = self._grants.read(text)
        except NotOurs:
            raise _NotAdmitted("unknown", 404) from None
        page = self._acts.get(grant.act)
        if page is None or act != grant.act.value:
            raise _NotAdmitted("unknown", 404)
        now = unit_of_work().clock.now()
        if grant.is_over(now):
            raise _NotAdmitted("over", 410, grant.locale)
        member_id = self._member_now(grant.tenant, grant.member_id, True)
        if member_id is None:
            raise _NotAdmitted("unknown", 404)
        asked = Asked(Act(grant.act), grant.tenant, member_id, grant.subject_id, now)
        return _Visit(page, grant, asked, spoken(grant.locale))

    def _look(self, visit: _Visit) -> Sight:
        """How it stands now. Raises _NotAdmitted."""
        try:
            return visit.page.look(replace(visit.asked, now=unit_of_work().clock.now()))
        except Unavailable:
            raise
        except IthacaError:
            raise _NotAdmitted("not_there", 404, visit.grant.locale) from None

    def _as_it_stands(self, visit: _Visit, sight: Sight, status: int) -> Response:
        texts = self._texts(visit, sight)
        title = texts.block("title")
        match sight.standing:
            case Standing.OPEN:
                return self._open(visit, sight, {}, status=status)
            case Standing.DONE:
                shown = Shown(title, notice=texts.block("already"), closing=self._closing(visit))
            case Standing.OVER:
                shown = Shown(title, paragraphs=texts.paragraphs("over"), closing=self._closing(visit))
        return self._writer.answer(visit.language, shown, status, texts)

    def _open(
        self,
        visit: _Visit,
        sight: Sight,
        entry: Entry,
        *,
        status: int,
        notice: str = "",
        more: Sequence[Field] = (),
    ) -> Response:
        texts = self._texts(visit, sight)
        shown = Shown(
            title=texts.block("title"),
            notice=notice,
            refused=bool(notice),
            paragraphs=texts.paragraphs("body"),
            quotes=sight.quotes,
            form=Form(texts.block("button"), [*sight.fields, *more], entry, sight.seen),
            closing=self._writer.texts(visit.language, "frame").block("yours_alone"),
        )
        return self._writer.answer(visit.language, shown, status, texts)

    def _done(self, visit: _Visit) -> Response:
        texts = self._texts(visit, self._look(visit))
        shown = Shown(texts.block("title"), notice=texts.block("done"), closing=self._closing(visit))
        return self._writer.answer(visit.language, shown, 200, texts)

    def _refused(self, visit: _Visit, error: Exception, entry: Entry) -> Response:
        """Where it is still to be done it may be tried again; else it says what it came to."""
        sight = self._look(visit)
        if sight.standing is not Standing.OPEN:
            return self._as_it_stands(visit, sight, _status(sight))
        if isinstance(error, _Changed):
            changed = self._writer.texts(visit.language, "frame").block("changed")
            return self._open(visit, sight, {}, status=409, notice=changed)
        refusals = self._writer.texts(visit.language, REFUSALS, self._values(visit, sight))
        named = visit.page.refusal(error, visit.asked)
        frame = self._writer.texts(visit.language, "frame")
        why = refusals.block(named) if named is not None else frame.block("refused")
        return self._open(visit, sight, entry, status=status_of(error), notice=why, more=visit.page.beyond(error))

    def _turned_away(self, turned_away: _NotAdmitted, language: str) -> Response:
        known = turned_away.locale
        return self.plain.said(language if known is None else spoken(known), turned_away.why, turned_away.status)

    def _texts(self, visit: _Visit, sight: Sight) -> Texts:
        return self._writer.texts(visit.language, visit.page.texts, self._values(visit, sight))

    def _values(self, visit: _Visit, sight: Sight) -> dict[str, object]:
        moments = Moments(visit.language, visit.grant.locale, sight.zone)

        def when(moment: datetime) -> Markup | None:
            return isolated(moments.when(moment))

        return {"when": when, "act": visit.asked.act.value, **sight.values}

    def _closing(self, visit: _Visit) -> str:
        return self._writer.texts(visit.language, "frame").block("close")


def _do(transaction: Transaction, visit: _Visit, entry: Entry) -> Sight | None:
    """None where it is done now; else how it stood: who sends twice at once is told that it was done already."""
    asked = replace(visit.asked, session=transaction.session, now=transaction.now)
    sight = visit.page.look(asked)
    if sight.standing is not Standing.OPEN:
        return sight
    if entry.get(SEEN, "") != sight.seen:
        raise _Changed
    visit.page.perform(transaction, asked, sight, entry)
    return None


def _status(sight: Sight) -> int:
    """Of an answer to who sent it."""
    return 200 if sight.standing is Standing.DONE else 409
