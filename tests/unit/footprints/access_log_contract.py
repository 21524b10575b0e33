"""What every access log keeps to: in memory and on MongoDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

import pytest

from services.footprints.application.access_log import AccessFilter, AccessLog, AccessPosition
from services.footprints.domain.access import GrantScope, everything_key, granted_key, product_key
from services.footprints.domain.access_log import AccessEntry, Opening
from services.footprints.domain.grant import Grant, GrantStatus
from tests.unit.footprints.given import BUYER, NOW, RIVAL, SUPPLIER

SECOND: Final = timedelta(seconds=1)
ALL: Final = AccessFilter()


class AccessLogHarness(Protocol):
    """A log, and the grants beside it."""

    log: AccessLog

    async def hold(self, grants: Sequence[Grant]) -> None:
        """Store grants."""


def entry(number: int, **changes: object) -> AccessEntry:
    """Return an entry that was made `number` seconds after the first one."""
    whole = AccessEntry(
        entry_id=f"entry-{number:03}",
        owner_organisation_id=SUPPLIER,
        reader_organisation_id=BUYER,
        operation="read_footprint",
        footprint_ids=(f"footprint-{number}", "shared"),
        opened_by=(Opening(everything_key(SUPPLIER), "grant-1"),),
        read_at=NOW + number * SECOND,
        expires_at=NOW + timedelta(days=1_096),
    )
    return replace(whole, **changes)  # type: ignore[arg-type] # the fields are named by the tests


def grant(number: int, product: str | None = None, **changes: object) -> Grant:
    """Return a grant of everything, or of one product, from `NOW` on."""
    scope = GrantScope.EVERYTHING if product is None else GrantScope.PRODUCT
    whole = Grant(
        grant_id=f"grant-{number}",
        owner_organisation_id=SUPPLIER,
        grantee_organisation_id=BUYER,
        version=1,
        status=GrantStatus.ACTIVE,
        scope=scope,
        scope_value=product,
        access_key=granted_key(SUPPLIER, scope, product),
        valid_from=NOW,
        valid_until=None,
        changed_at=NOW,
    )
    return replace(whole, **changes)  # type: ignore[arg-type] # the fields are named by the tests


class AccessLogContract:
    """Subclass it in a test module and override `harness`."""

    @pytest.fixture
    def harness(self) -> AccessLogHarness:
        """Give an empty log."""
        raise NotImplementedError

    async def test_an_entry_comes_back_as_it_was(self, harness: AccessLogHarness) -> None:
        await harness.log.record([entry(1)])
        assert list(await harness.log.entries(ALL, None, 10, owner=SUPPLIER)) == [entry(1)]

    async def test_nothing_is_nothing(self, harness: AccessLogHarness) -> None:
        await harness.log.record([])
        assert list(await harness.log.entries(ALL, None, 10, owner=SUPPLIER)) == []

    async def test_only_the_owner_sees_an_entry(self, harness: AccessLogHarness) -> None:
        await harness.log.record([entry(1), entry(2, owner_organisation_id=RIVAL)])
        assert list(await harness.log.entries(ALL, None, 10, owner=RIVAL)) == [entry(2, owner_organisation_id=RIVAL)]
        assert list(await harness.log.entries(ALL, None, 10, owner=BUYER)) == []
        foreign = AccessFilter(footprint_id="footprint-1", reader_organisation_id=BUYER)
        assert list(await harness.log.entries(foreign, None, 10, owner=RIVAL)) == []

    @pytest.mark.parametrize(
        ("found", "numbers"),
        [
            (ALL, [5, 4, 3, 2, 1]),
            (AccessFilter(footprint_id="footprint-3"), [3]),
            (AccessFilter(footprint_id="shared"), [5, 4, 3, 2, 1]),
            (AccessFilter(footprint_id="footprint-9"), []),
            (AccessFilter(reader_organisation_id=RIVAL), [4, 2]),
            (AccessFilter(read_from=NOW + 3 * SECOND), [5, 4, 3]),
            (AccessFilter(read_until=NOW + 3 * SECOND), [2, 1]),
            (AccessFilter(read_from=NOW + 2 * SECOND, read_until=NOW + 4 * SECOND), [3, 2]),
            (AccessFilter("footprint-2", RIVAL, NOW, NOW + 9 * SECOND), [2]),
            (AccessFilter("footprint-2", BUYER), []),
        ],
    )
    async def test_filters(self, harness: AccessLogHarness, found: AccessFilter, numbers: list[int]) -> None:
        for number in (3, 1, 5, 2, 4):
            await harness.log.record([entry(number, reader_organisation_id=BUYER if number % 2 else RIVAL)])
        entries = await harness.log.entries(found, None, 10, owner=SUPPLIER)
        assert [each.entry_id for each in entries] == [f"entry-{number:03}" for number in numbers]

    @pytest.mark.parametrize("found", [ALL, AccessFilter("shared", BUYER, NOW, NOW + 9 * SECOND)])
    async def test_pages_also_within_one_instant(self, harness: AccessLogHarness, found: AccessFilter) -> None:
        await harness.log.record([entry(number, read_at=NOW + (number // 4) * SECOND) for number in range(10)])
        seen: list[str] = []
        after: AccessPosition | None = None
        for _ in range(10):
            page = await harness.log.entries(found, after, 3, owner=SUPPLIER)
            if not page:
                break
            seen += [each.entry_id for each in page]
            after = AccessPosition(page[-1].read_at, page[-1].entry_id)
        assert seen == [f"entry-{number:03}" for number in reversed(range(10))]

    async def test_what_opened_is_a_grant_of_the_reader_that_holds_now(self, harness: AccessLogHarness) -> None:
        everything, red, blue = everything_key(SUPPLIER), product_key(SUPPLIER, "urn:r"), product_key(SUPPLIER, "urn:b")
        await harness.hold(
            [
                grant(1, valid_from=NOW + SECOND),
                grant(2, valid_until=NOW + 2 * SECOND),
                grant(3, "urn:r", status=GrantStatus.REVOKED),
                grant(4, "urn:r", grantee_organisation_id=RIVAL),
                grant(5, "urn:b"),
                grant(6, "urn:B"),
            ]
        )

        async def opened(at: datetime) -> dict[str, str]:
            found = await harness.log.openings({everything, red, blue}, reader=BUYER, at=at)
            assert len({each.access_key for each in found}) == len(found)
            return {each.access_key: each.grant_id for each in found}

        assert await opened(NOW) == {everything: "grant-2", blue: "grant-5"}
        assert await opened(NOW + SECOND) == {everything: "grant-1", blue: "grant-5"}
        assert await opened(NOW + 2 * SECOND) == {everything: "grant-1", blue: "grant-5"}
        assert await opened(NOW - SECOND) == {}
        assert list(await harness.log.openings([], reader=BUYER, at=NOW)) == []
