"""The lease: one holder at a time, by a document that is written."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.collection import Collection
from pymongo.database import Database

from services.chassis.lease import Lease
from services.chassis.mongo_store import LEASES

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=6)
TERM_S = 5.0


@pytest.fixture
def leases(database: Database[dict[str, Any]]) -> Collection[dict[str, Any]]:
    return database[LEASES]


def lease(leases: Collection[dict[str, Any]], holder: str, name: str = "relay") -> Lease:
    return Lease(leases, name, holder, TERM_S)


def test_a_held_lease_cannot_be_taken(leases: Collection[dict[str, Any]]) -> None:
    first, second = lease(leases, "first"), lease(leases, "second")
    assert first.acquire(NOW)
    assert not second.acquire(NOW + timedelta(seconds=TERM_S))
    assert second.token is None
    assert lease(leases, "second", "another").acquire(NOW)
    held = leases.find_one({"_id": "relay"})
    assert held == {"_id": "relay", "holder": "first", "token": first.token, "expires_at": NOW + timedelta(seconds=5)}


def test_a_lease_that_ran_out_changes_hands_and_token(leases: Collection[dict[str, Any]]) -> None:
    first, second = lease(leases, "first"), lease(leases, "second")
    first.acquire(NOW)
    assert second.acquire(LATER)
    assert second.token not in {None, first.token}
    assert not first.renew(LATER)
    assert second.renew(LATER)


def test_renewing_prolongs(leases: Collection[dict[str, Any]]) -> None:
    first, second = lease(leases, "first"), lease(leases, "second")
    first.acquire(NOW)
    assert first.renew(NOW + timedelta(seconds=4))
    assert not second.acquire(LATER)
    assert first.renew(NOW + timedelta(seconds=30)), "nobody took it meanwhile"


def test_a_released_lease_is_free_at_once(leases: Collection[dict[str, Any]]) -> None:
    first, second = lease(leases, "first"), lease(leases, "second")
    first.acquire(NOW)
    first.release()
    assert second.acquire(NOW)
    first.release()
    assert second.renew(NOW), "who no longer holds it can't give it away"


def test_a_former_holder_does_not_release_its_successors_lease(leases: Collection[dict[str, Any]]) -> None:
    first, second = lease(leases, "first"), lease(leases, "second")
    first.acquire(NOW)
    second.acquire(LATER)
    first.release()
    assert second.renew(LATER)


@pytest.mark.parametrize("ran_out", [False, True])
def test_of_many_that_try_at_once_one_succeeds(leases: Collection[dict[str, Any]], ran_out: bool) -> None:
    if ran_out:
        lease(leases, "former").acquire(NOW - timedelta(seconds=60))
    rivals = [lease(leases, f"rival-{number}") for number in range(16)]
    with ThreadPoolExecutor(len(rivals)) as pool:
        taken = list(pool.map(lambda rival: rival.acquire(NOW), rivals))
    assert taken.count(True) == 1
