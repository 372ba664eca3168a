"""What a mail says: one piece of news, or several under one title."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from services.notifications.domain.catalog import telling_of
from services.notifications.domain.known import Known
from services.notifications.domain.notification import Notification
from services.notifications.domain.telling import Category
from services.notifications.rendering.act_links import Link
from services.notifications.rendering.bidi import Direction
from services.notifications.rendering.links import Links
from services.notifications.rendering.plurals import Numbers
from services.notifications.rendering.times import locale_for
from services.notifications.rendering.words import Wording, Words

_ORDER = {category: place for place, category in enumerate(Category)}


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of news, and what one can do about it, or where to go from it: at least one button."""

    words: Words
    buttons: Sequence[Link]


@dataclass(frozen=True, slots=True)
class Section:
    """News under one heading; the heading is empty where there is only one section."""

    heading: str
    items: Sequence[Item]


@dataclass(frozen=True, slots=True)
class Letter:
    """What the layouts are given, in one language; in HTML (`Markup`) or plain text, as asked."""

    language: str
    direction: Direction
    title: str
    sections: Sequence[Section]

    @property
    def items(self) -> Sequence[Item]:
        """All the news in it, in the order it is read in."""
        return [item for section in self.sections for item in section.items]


class Letters:
    """Puts deliveries into words. One for a process; safe to share between threads."""

    def __init__(self, wording: Wording, links: Links) -> None:
        self._wording = wording
        self._links = links

    def letter(
        self, notifications: Sequence[Notification], known: Known, *, digest: bool, markup: bool = False
    ) -> Letter:
        """Of at least one notification, all for the same person. A digest reads by category, in the catalog's order."""
        ordered = sorted(notifications, key=_place) if digest else notifications
        first, *others = [self._item(each, known, markup) for each in ordered]
        language = self._wording.language(known.person(notifications[0].member_id), known.association)
        title = first.words.title
        if others:
            numbers = Numbers(locale_for(language, known.locale(notifications[0].member_id)))
            given = {"first": title, "more": len(others), "plural": numbers.plural}
            title = self._wording.frame(language, "several", given, markup=markup)
        sections = self._sections(ordered, (first, *others), language, digest, markup)
        return Letter(language, first.words.direction, title, sections)

    def _item(self, notification: Notification, known: Known, markup: bool) -> Item:
        words = self._wording.words(notification, known, markup=markup)
        locale = known.locale(notification.member_id) or words.language
        return Item(words, self._links.buttons(notification, words, locale))

    def _sections(
        self, ordered: Sequence[Notification], items: Sequence[Item], language: str, digest: bool, markup: bool
    ) -> Sequence[Section]:
        if not digest or len({_category(each) for each in ordered}) == 1:
            return [Section("", items)]
        told = zip(ordered, items, strict=True)
        return [
            Section(self._wording.frame(language, category, {}, markup=markup), [item for _, item in theirs])
            for category, theirs in groupby(told, key=lambda each: _category(each[0]))
        ]


def _category(notification: Notification) -> Category:
    return telling_of(notification).category


def _place(notification: Notification) -> int:
    return _ORDER[_category(notification)]
