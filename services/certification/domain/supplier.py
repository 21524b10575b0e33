"""A supplier and the sites where it makes parts.

Invariants: OWN-RECORD (a supplier's id is its organisation's id, so nobody registers another), SITES-STAY (a site, once
registered, is renamed but never removed: certificates and parts point at it).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from services.certification.domain.errors import SiteListedTwice, SiteRemoved, SiteUnknown, VersionConflict
from services.certification.domain.events import SupplierChanged, SupplierRegistered

MAX_SITES: Final = 200
MAX_IDENTIFIERS: Final = 20
"""Of one site."""


@dataclass(frozen=True, slots=True)
class Site:
    """A production site. `identifiers` are names given by registries (BPNS, GLN, ...), kept as they came."""

    site_id: str
    """Chosen by the supplier, unique within it."""
    name: str
    country: str
    """ISO 3166-1 alpha-2."""
    identifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Supplier:
    """State of the `suppliers` collection."""

    supplier_id: str
    name: str
    sites: tuple[Site, ...]
    version: int
    changed_at: datetime

    def site_ids(self) -> frozenset[str]:
        """Return the ids of its sites."""
        return frozenset(site.site_id for site in self.sites)

    def check_site(self, site_id: str, field: str) -> None:
        """Raise `SiteUnknown` for a site this supplier doesn't have; `field` is where the caller named it."""
        if site_id not in self.site_ids():
            raise SiteUnknown(
                f"the supplier has no site {site_id!r}", field=field, remedy="add the site to the supplier first"
            )


def register(supplier_id: str, name: str, sites: tuple[Site, ...], at: datetime) -> tuple[Supplier, SupplierRegistered]:
    """Make a supplier's first version. Raises `SiteListedTwice`."""
    _check_sites(sites)
    supplier = Supplier(supplier_id, name, sites, 1, at)
    return supplier, SupplierRegistered(supplier)


def change(
    supplier: Supplier, expected_version: int, name: str, sites: tuple[Site, ...], at: datetime
) -> tuple[Supplier, SupplierChanged]:
    """Replace name and sites. Raises `VersionConflict`, `SiteListedTwice`, `SiteRemoved`."""
    check_version("supplier", supplier.version, expected_version)
    _check_sites(sites)
    gone = supplier.site_ids() - {site.site_id for site in sites}
    if gone:
        raise SiteRemoved(
            f"site {min(gone)!r} is registered and can't be removed",
            field="/sites",
            remedy="keep every registered site in the list; change its name where it is no longer in use",
        )
    changed = replace(supplier, name=name, sites=sites, version=supplier.version + 1, changed_at=at)
    return changed, SupplierChanged(changed)


def check_version(what: str, current: int, expected: int) -> None:
    """Raise `VersionConflict` unless the caller changes the version it has read."""
    if current != expected:
        raise VersionConflict(
            f"the {what} is at version {current}, not {expected}",
            field="/headers/If-Match",
            remedy="read it again and send its ETag as If-Match",
        )


def _check_sites(sites: Iterable[Site]) -> None:
    seen: set[str] = set()
    for number, site in enumerate(sites):
        if site.site_id in seen:
            raise SiteListedTwice(
                f"site {site.site_id!r} stands twice",
                field=f"/sites/{number}/site_id",
                remedy="give every site an id of its own",
            )
        seen.add(site.site_id)
