"""Notices: partners who may read a footprint are told when it is published or Deprecated.

Source: PACT Technical Specifications 3.0.3, "PublishedEvent". A footprint's grants are usually few and found at once;
a door that more than `MATCH_LIMIT` grants open is walked by pages, each the work of its own message.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Final

from services.chassis.kernel import NOTHING, Change, Decision, Key, Loaded, Match, Need, Page, Work
from services.footprints.application.exchange import (
    DELIVERIES,
    PARTNER_CONNECTIONS,
    AnnounceFootprint,
    Announcement,
    AnnouncePage,
)
from services.footprints.application.ports import GRANTS
from services.footprints.domain.access import access_keys
from services.footprints.domain.delivery import GIVE_UP_AFTER, Delivery, DeliveryKind, delivery_id_of
from services.footprints.domain.grant import Grant

NOTICE_ROOT: Final = "notice"
PAGE_GRANTS: Final = 200
"""Grants of one page; each may become a delivery."""
OLDEST_NEWS: Final[timedelta] = GIVE_UP_AFTER
"""What happened before is not told any more: a notice sent then would have been given up by now."""


class AnnounceFootprintHandler:
    """Decides `AnnounceFootprint`: a notice for each partner that has a connection and a grant that holds now."""

    def needs(self, command: AnnounceFootprint, loaded: Loaded) -> Iterable[Need]:
        """Ask for the grants of every door, then for what they lead to."""
        if not _is_news(command):
            return
        doors = list(_doors(command.announcement))
        yield from doors
        for door in doors:
            if loaded.has(door) and not loaded.overflows(door):
                yield from _beyond(command.announcement, loaded.match(GRANTS, door.field, door.value))

    def decide(self, loaded: Loaded, command: AnnounceFootprint) -> Decision:
        """Tell the partners; a crowded door is left to pages."""
        if not _is_news(command):
            return NOTHING
        doors = list(_doors(command.announcement))
        crowded = [door for door in doors if loaded.overflows(door)]
        grants = [
            grant for door in doors if door not in crowded for grant in loaded.match(GRANTS, door.field, door.value)
        ]
        work = tuple(_page_work(command.announcement, door.value, "") for door in crowded)
        return Decision(tuple(_changes(loaded, command, grants)), work=work)


class AnnouncePageHandler:
    """Decides `AnnouncePage`: the same for one page of a crowded door."""

    def needs(self, command: AnnouncePage, loaded: Loaded) -> Iterable[Need]:
        """Ask for the page, for its grants, then for what they lead to."""
        page = _page(command)
        yield page
        if not loaded.has(page):
            return
        for grant_id in loaded.page(page):
            yield Key(GRANTS, grant_id)
            grant = loaded.get(GRANTS, grant_id) if loaded.has(Key(GRANTS, grant_id)) else None
            if grant is not None:
                yield from _beyond(command.announcement, [grant])

    def decide(self, loaded: Loaded, command: AnnouncePage) -> Decision:
        """Tell the partners of this page, and leave the next one."""
        page = _page(command)
        grant_ids = loaded.page(page)
        grants = [grant for each in grant_ids if (grant := loaded.get(GRANTS, each)) is not None]
        last = grant_ids[-1:] if len(grant_ids) == page.limit else ()
        work = tuple(_page_work(command.announcement, command.access_key, each) for each in last)
        return Decision(tuple(_changes(loaded, command, grants)), work=work)


def _is_news(command: AnnounceFootprint) -> bool:
    return command.meta.at - command.announcement.changed_at <= OLDEST_NEWS


def _doors(announcement: Announcement) -> Iterator[Match]:
    keys = access_keys(announcement.owner_organisation_id, announcement.footprint_id, announcement.product_ids)
    return (Match(GRANTS, "access_key", key) for key in keys)


def _page(command: AnnouncePage) -> Page:
    return Page(GRANTS, "access_key", command.access_key, PAGE_GRANTS, command.after)


def _beyond(announcement: Announcement, grants: Iterable[Grant]) -> Iterator[Need]:
    for grant in grants:
        yield Key(PARTNER_CONNECTIONS, grant.grantee_organisation_id)
        yield Key(DELIVERIES, _delivery_id(announcement, grant))


def _changes(loaded: Loaded, command: AnnounceFootprint | AnnouncePage, grants: Iterable[Grant]) -> Iterator[Change]:
    """Make one delivery for a partner, however many grants it has; one that exists stays as it is.

    A grant must have held when the footprint changed, and hold now: who got access later has nothing to learn from it.
    """
    announcement, made = command.announcement, set[str]()
    for grant in grants:
        recipient, delivery_id = grant.grantee_organisation_id, _delivery_id(announcement, grant)
        if not (grant.holds(announcement.changed_at) and grant.holds(command.meta.at)):
            continue
        if loaded.get(PARTNER_CONNECTIONS, recipient) is None or delivery_id in made:
            continue
        if loaded.get(DELIVERIES, delivery_id) is not None:
            continue
        made.add(delivery_id)
        yield Change(
            DELIVERIES,
            delivery_id,
            Delivery(
                delivery_id=delivery_id,
                kind=DeliveryKind.PUBLISHED,
                recipient_organisation_id=recipient,
                owner_organisation_ids=(announcement.owner_organisation_id,),
                created_at=command.meta.at,
                footprint_ids=(announcement.footprint_id,),
            ),
        )


def _delivery_id(announcement: Announcement, grant: Grant) -> str:
    version = str(announcement.version)
    return delivery_id_of("published", announcement.footprint_id, version, grant.grantee_organisation_id)


def _page_work(announcement: Announcement, access_key: str, after: str) -> Work:
    return Work(
        NOTICE_ROOT,
        announcement.footprint_id,
        "more grants than one decision may read",
        {
            "footprint_id": announcement.footprint_id,
            "footprint_version": announcement.version,
            "owner_organisation_id": announcement.owner_organisation_id,
            "changed_at": announcement.changed_at,
            "access_key": access_key,
            "after": after,
        },
    )
