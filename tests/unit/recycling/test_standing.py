from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations

import pytest

from services.recycling.domain.errors import CertificateRequired, PartySuspended
from services.recycling.domain.standing import (
    MAX_KNOWN_CERTIFICATES,
    KnownCertificate,
    Organisation,
    Reliance,
    Supplier,
    SupplierCertificates,
    check_not_suspended,
    learn_certificate,
    rely_on_certificate,
)
from tests.unit.recycling.market import certificate

TODAY = date(2026, 6, 1)
SUPPLIER = Supplier("org-seller", 1, "Recycler Ltd")


def known(*items: KnownCertificate) -> SupplierCertificates:
    return SupplierCertificates("org-seller", "iso14001", items)


def test_the_valid_certificate_that_lasts_longest_is_relied_on() -> None:
    held = known(
        certificate(certificate_id="a", valid_until=date(2026, 7, 1)),
        certificate(certificate_id="b", version=3, valid_until=date(2027, 7, 1)),
        certificate(certificate_id="c", valid_until=date(2028, 7, 1), status="withdrawn"),
    )
    assert rely_on_certificate(held, SUPPLIER, "iso14001", TODAY) == Reliance("b", 3)


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 12, 31)])
def test_both_ends_of_the_validity_count(day: date) -> None:
    assert certificate().valid_on(day)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"valid_until": date(2026, 5, 31)}, "expired on 2026-05-31"),
        ({"valid_from": date(2026, 6, 2), "effective_on": date(2026, 6, 2)}, "valid only from 2026-06-02"),
        ({"status": "suspended", "effective_on": date(2026, 4, 3)}, "suspended since 2026-04-03"),
        ({"status": "withdrawn", "effective_on": TODAY}, "withdrawn since 2026-06-01"),
        ({"effective_on": date(2026, 6, 2)}, "in force only from 2026-06-02"),
    ],
)
def test_the_refusal_tells_what_is_known_instead(changes: dict[str, object], told: str) -> None:
    with pytest.raises(CertificateRequired) as refused:
        rely_on_certificate(known(certificate(**changes)), SUPPLIER, "iso14001", TODAY)
    assert "iso14001" in refused.value.detail
    assert told in refused.value.detail
    assert "renewed" in str(refused.value.remedy)


def test_a_suspension_that_begins_tomorrow_does_not_bite_today() -> None:
    assert certificate(status="suspended", effective_on=TODAY + timedelta(days=1)).valid_on(TODAY)


def test_nothing_known_is_said_so_and_the_remedy_depends_on_whether_certification_knows_the_supplier() -> None:
    with pytest.raises(CertificateRequired) as unknown:
        rely_on_certificate(None, None, "iso14001", TODAY)
    with pytest.raises(CertificateRequired) as registered:
        rely_on_certificate(None, SUPPLIER, "iso14001", TODAY)
    assert "none known" in unknown.value.detail
    assert "register as a supplier" in str(unknown.value.remedy)
    assert "register as a supplier" not in str(registered.value.remedy)


def test_only_a_newer_version_is_news_in_any_order() -> None:
    versions = [certificate(version=number, status="active" if number % 2 else "suspended") for number in (1, 2, 3, 4)]
    for order in permutations(versions):
        held = known()
        for item in (*order, *order):
            held = learn_certificate(held, item) or held
        assert held.certificates == (versions[-1],)


def test_the_list_is_bounded_and_forgets_what_ends_first_even_when_it_comes_late() -> None:
    items = [
        certificate(certificate_id=f"{number:03}", valid_until=date(2026, 1, 1) + timedelta(days=number))
        for number in range(MAX_KNOWN_CERTIFICATES + 1)
    ]
    held = known()
    for item in (*items, items[0]):
        held = learn_certificate(held, item) or held
    assert held.certificates == tuple(items[1:])


def test_a_suspended_party_is_named_and_an_unknown_one_passes() -> None:
    check_not_suspended(None, Organisation("o", 1, "Fine Ltd", "active"))
    with pytest.raises(PartySuspended, match="Bad Ltd is suspended: unpaid fees"):
        check_not_suspended(None, Organisation("o", 2, "Bad Ltd", "suspended", "unpaid fees"))
