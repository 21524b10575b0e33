"""Listing a part. Its first event follows from its first decision, in the second stage."""

from __future__ import annotations

from collections.abc import Iterable

from services.certification.application.commands import ListPart
from services.certification.application.handlers.certificates import registered_supplier
from services.certification.application.handlers.work import decide_part
from services.certification.application.ports import PART_LISTINGS, PART_NUMBERS, SUPPLIERS
from services.certification.domain.errors import PartNumberTaken
from services.certification.domain.identifiers import canonical_urn, guard_key
from services.certification.domain.part import PartListing, PartNumber, selections_of
from services.chassis.kernel import Change, Decision, Key, Loaded, Need


class ListPartHandler:
    """LISTED-ONCE: the guarding document is written with the listing."""

    def needs(self, command: ListPart, loaded: Loaded) -> Iterable[Need]:  # noqa: ARG002 - one round
        """Name the supplier, the guard and the new document."""
        yield Key(SUPPLIERS, command.supplier_id)
        yield Key(PART_LISTINGS, command.part_id)
        yield Key(PART_NUMBERS, _number_key(command))

    def decide(self, loaded: Loaded, command: ListPart) -> Decision:
        """List. Raises `SupplierNotRegistered`, `SiteUnknown`, `PartNumberTaken`."""
        supplier = registered_supplier(loaded, command.supplier_id)
        supplier.check_site(command.site_id, "/site_id")
        if loaded.get(PART_NUMBERS, _number_key(command)) is not None:
            raise PartNumberTaken(
                "this part number is listed for the site already",
                field="/part_number",
                remedy="use the listing that exists",
            )
        product_id = canonical_urn(command.product_id)
        listing = PartListing(
            part_id=command.part_id,
            supplier_id=supplier.supplier_id,
            site_id=command.site_id,
            part_number=command.part_number,
            name=command.name,
            product_id=product_id,
            version=1,
            listed_at=command.meta.at,
            selections=selections_of(supplier.supplier_id, product_id),
        )
        guard = PartNumber(listing.supplier_id, listing.site_id, listing.part_number, listing.part_id)
        return Decision(
            (
                Change(PART_LISTINGS, listing.part_id, listing),
                Change(PART_NUMBERS, _number_key(command), guard),
            ),
            work=(decide_part(listing.part_id, "part listed"),),
            result=listing,
        )


def _number_key(command: ListPart) -> str:
    return guard_key(command.supplier_id, command.site_id, command.part_number)
