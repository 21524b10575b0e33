"""Commands of suppliers. Each leaves work for the supplier's parts."""

from __future__ import annotations

from collections.abc import Iterable

from services.certification.application.commands import ChangeSupplier, RegisterSupplier
from services.certification.application.handlers.work import fan_out
from services.certification.application.ports import SUPPLIERS
from services.certification.domain import supplier as rules
from services.certification.domain.errors import SupplierExists, SupplierNotFound
from services.certification.domain.selection import Selection
from services.chassis.kernel import Change, Decision, Key, Loaded, Need


class RegisterSupplierHandler:
    """OWN-RECORD: the document's key is the organisation's id."""

    def needs(self, command: RegisterSupplier, loaded: Loaded) -> Iterable[Need]:  # noqa: ARG002 - one round
        """Name the record, to be absent."""
        yield Key(SUPPLIERS, command.supplier_id)

    def decide(self, loaded: Loaded, command: RegisterSupplier) -> Decision:
        """Register. Raises `SupplierExists`, `SiteListedTwice`."""
        if loaded.get(SUPPLIERS, command.supplier_id) is not None:
            raise SupplierExists(
                "the organisation is registered as a supplier already", remedy="change the record with PUT"
            )
        supplier, event = rules.register(command.supplier_id, command.name, command.sites, command.meta.at)
        return Decision(
            (Change(SUPPLIERS, supplier.supplier_id, supplier),),
            (event,),
            (fan_out(Selection.of_supplier(supplier.supplier_id), "supplier registered"),),
            supplier,
        )


class ChangeSupplierHandler:
    """Replaces name and sites of the caller's own record."""

    def needs(self, command: ChangeSupplier, loaded: Loaded) -> Iterable[Need]:  # noqa: ARG002 - one round
        """Name the record."""
        yield Key(SUPPLIERS, command.supplier_id)

    def decide(self, loaded: Loaded, command: ChangeSupplier) -> Decision:
        """Change. Raises `SupplierNotFound` and what `supplier.change` raises."""
        known = loaded.get(SUPPLIERS, command.supplier_id)
        if known is None:
            raise SupplierNotFound("the organisation is not registered as a supplier")
        supplier, event = rules.change(known, command.expected_version, command.name, command.sites, command.meta.at)
        return Decision(
            (Change(SUPPLIERS, supplier.supplier_id, supplier),),
            (event,),
            (fan_out(Selection.of_supplier(supplier.supplier_id), "supplier changed"),),
            supplier,
        )
