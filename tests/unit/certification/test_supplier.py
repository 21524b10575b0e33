from __future__ import annotations

from datetime import timedelta

import pytest

from services.certification.domain import supplier as rules
from services.certification.domain.errors import SiteListedTwice, SiteRemoved, SiteUnknown, VersionConflict
from services.certification.domain.supplier import Site
from tests.unit.certification.builders import AT, OTHER_SITE, SITE, SUPPLIER, supplier

LATER = AT + timedelta(days=1)


def test_registering_makes_version_one_and_its_event() -> None:
    made, event = rules.register(SUPPLIER, "Castings", (Site(SITE, "Foundry", "CN"),), AT)
    assert (made.version, event.version, event.aggregate_id, event.name) == (1, 1, SUPPLIER, "registered")
    assert event.supplier == made


def test_a_site_id_stands_once() -> None:
    twice = (Site("a", "One", "CN"), Site("b", "Two", "CN"), Site("a", "Three", "DE"))
    with pytest.raises(SiteListedTwice) as refused:
        rules.register(SUPPLIER, "Castings", twice, AT)
    assert refused.value.field == "/sites/2/site_id"


def test_a_change_raises_the_version_and_keeps_all_sites() -> None:
    sites = (*supplier().sites, Site("new", "Foundry 3", "DE"))
    changed, event = rules.change(supplier(), 1, "Renamed", sites, LATER)
    assert (changed.version, changed.name, changed.changed_at, event.name) == (2, "Renamed", LATER, "changed")
    assert changed.site_ids() == {SITE, OTHER_SITE, "new"}


def test_a_registered_site_stays() -> None:
    with pytest.raises(SiteRemoved, match=OTHER_SITE):
        rules.change(supplier(), 1, "Castings", (Site(SITE, "Foundry", "CN"),), LATER)


def test_a_change_of_another_version_is_refused() -> None:
    with pytest.raises(VersionConflict) as refused:
        rules.change(supplier(version=4), 3, "Castings", supplier().sites, LATER)
    assert refused.value.field == "/headers/If-Match"


def test_an_unknown_site_is_named_where_the_caller_wrote_it() -> None:
    with pytest.raises(SiteUnknown) as refused:
        supplier().check_site("mars", "/site_id")
    assert refused.value.field == "/site_id"
    assert refused.value.remedy
