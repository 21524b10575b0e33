"""Projections of what other services say: version-gated, the newest state carried wins."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.kernel import NOTHING, Change, Decision, Key, Loaded, Need, is_newer
from services.recycling.application.commands import LearnCertificate, LearnOrganisation, LearnSupplier
from services.recycling.application.ports import ORGANISATIONS, SUPPLIER_CERTIFICATES, SUPPLIERS
from services.recycling.domain.standing import SupplierCertificates, certificates_key, learn_certificate


class LearnOrganisationHandler:
    """Keeps an organisation's standing."""

    def needs(self, command: LearnOrganisation, _loaded: Loaded) -> Iterable[Need]:
        """Name what is known of it."""
        yield Key(ORGANISATIONS, command.organisation.organisation_id)

    def decide(self, loaded: Loaded, command: LearnOrganisation) -> Decision:
        """Take over a newer version."""
        news = command.organisation
        known = loaded.get(ORGANISATIONS, news.organisation_id)
        if not is_newer(known.version if known else None, news.version):
            return NOTHING
        return Decision((Change(ORGANISATIONS, news.organisation_id, news),))


class LearnSupplierHandler:
    """Keeps a supplier."""

    def needs(self, command: LearnSupplier, _loaded: Loaded) -> Iterable[Need]:
        """Name what is known of it."""
        yield Key(SUPPLIERS, command.supplier.supplier_id)

    def decide(self, loaded: Loaded, command: LearnSupplier) -> Decision:
        """Take over a newer version."""
        news = command.supplier
        known = loaded.get(SUPPLIERS, news.supplier_id)
        if not is_newer(known.version if known else None, news.version):
            return NOTHING
        return Decision((Change(SUPPLIERS, news.supplier_id, news),))


class LearnCertificateHandler:
    """Keeps a supplier's certificates of one type."""

    def needs(self, command: LearnCertificate, _loaded: Loaded) -> Iterable[Need]:
        """Name what is known of this type."""
        yield Key(SUPPLIER_CERTIFICATES, certificates_key(command.supplier_id, command.certificate_type))

    def decide(self, loaded: Loaded, command: LearnCertificate) -> Decision:
        """Take over a newer version."""
        key = certificates_key(command.supplier_id, command.certificate_type)
        known = loaded.get(SUPPLIER_CERTIFICATES, key)
        before = known or SupplierCertificates(command.supplier_id, command.certificate_type)
        after = learn_certificate(before, command.certificate)
        if after is None:
            return NOTHING
        return Decision((Change(SUPPLIER_CERTIFICATES, key, after),))
