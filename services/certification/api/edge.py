"""What the routes work with, who calls them, and the ids in their paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends

from services.certification.application.ports import Queries, Slice
from services.chassis.auth import require
from services.chassis.http import ApiEdge, Page, path_id
from services.chassis.tokens import Principal

ID_PATTERN: Final = r"^[A-Za-z0-9._-]{1,128}$"
INSPECTORS: Final = frozenset({"operator", "verifier"})
"""Roles that pass on what issuers say, and so may see every supplier and certificate."""

SupplierId = Annotated[str, path_id("supplier: the organisation's", ID_PATTERN)]
CertificateId = Annotated[str, path_id("certificate", ID_PATTERN)]
ProfileId = Annotated[str, path_id("profile", ID_PATTERN)]
PartId = Annotated[str, path_id("part", ID_PATTERN)]

SupplierCaller = Annotated[Principal, Depends(require(role="supplier"))]
BuyerCaller = Annotated[Principal, Depends(require(role="buyer"))]
InspectorCaller = Annotated[Principal, Depends(require(role=INSPECTORS))]


@dataclass(frozen=True, slots=True)
class Edge(ApiEdge):
    """The ports of the API; made by the composition root."""

    queries: Queries


def one_more(page: Page) -> Slice:
    """Ask for a page and one item more, which tells whether a next one follows."""
    return Slice(page.limit + 1, page.key("id"))


def reach_of(caller: Principal) -> str | None:
    """Return whose certificates a caller may see: None for all of them."""
    return None if caller.roles & INSPECTORS else caller.organisation_id
