"""First stage: keep what other services told, and leave work for the parts it could touch.

WORK-COVERS-THE-FACT (`domain/selection.py`): the work never depends on another fact being here. Facts that are not
newer than what is known change nothing and leave no work.
"""

from __future__ import annotations

from collections.abc import Iterable

from services.certification.application.commands import StoreClaim, StoreFootprint, StoreGrant, StoreOrganisation
from services.certification.application.handlers.work import fan_outs
from services.certification.application.ports import CLAIMS, FOOTPRINTS, GRANTS, ORGANISATIONS
from services.certification.domain.facts import Footprint, Grant, GrantScope
from services.certification.domain.selection import Selection
from services.chassis.kernel import NOTHING, Change, Decision, Key, Loaded, Need, is_newer


class StoreOrganisationHandler:
    """Keeps standings; no verdict rests on them, so no work follows."""

    def needs(self, command: StoreOrganisation, loaded: Loaded) -> Iterable[Need]:  # noqa: ARG002 - one round
        """Name what is known of the organisation."""
        yield Key(ORGANISATIONS, command.organisation.organisation_id)

    def decide(self, loaded: Loaded, command: StoreOrganisation) -> Decision:
        """Keep it, if newer."""
        fact = command.organisation
        known = loaded.get(ORGANISATIONS, fact.organisation_id)
        if known is not None and not is_newer(known.version, fact.version):
            return NOTHING
        return Decision((Change(ORGANISATIONS, fact.organisation_id, fact),))


class StoreFootprintHandler:
    """A footprint may touch the owner's parts that are one of its products."""

    def needs(self, command: StoreFootprint, loaded: Loaded) -> Iterable[Need]:  # noqa: ARG002 - one round
        """Name what is known of the footprint."""
        yield Key(FOOTPRINTS, command.footprint.footprint_id)

    def decide(self, loaded: Loaded, command: StoreFootprint) -> Decision:
        """Keep it, if newer."""
        fact = command.footprint
        known = loaded.get(FOOTPRINTS, fact.footprint_id)
        if known is not None and not is_newer(known.version, fact.version):
            return NOTHING
        return Decision(
            (Change(FOOTPRINTS, fact.footprint_id, fact),),
            work=fan_outs(_of_footprint(fact), f"footprint {'published' if fact.active else 'deprecated'}"),
        )


class StoreGrantHandler:
    """A grant may touch the owner's parts that are the product, or a product of the footprint, it names."""

    def needs(self, command: StoreGrant, loaded: Loaded) -> Iterable[Need]:  # noqa: ARG002 - one round
        """Name what is known of the grant, and of the footprint it names."""
        yield Key(GRANTS, command.grant.grant_id)
        if command.grant.scope is GrantScope.FOOTPRINT:
            yield Key(FOOTPRINTS, command.grant.scope_value or "")

    def decide(self, loaded: Loaded, command: StoreGrant) -> Decision:
        """Keep it, if newer."""
        fact = command.grant
        known = loaded.get(GRANTS, fact.grant_id)
        if known is not None and not is_newer(known.version, fact.version):
            return NOTHING
        return Decision(
            (Change(GRANTS, fact.grant_id, fact),),
            work=fan_outs(_of_grant(fact, loaded), f"grant {'given' if fact.active else 'revoked'}"),
        )


class StoreClaimHandler:
    """A claim may touch the beneficiary's parts that are the product."""

    def needs(self, command: StoreClaim, loaded: Loaded) -> Iterable[Need]:  # noqa: ARG002 - one round
        """Name what is known of the claim."""
        yield Key(CLAIMS, command.claim.claim_id)

    def decide(self, loaded: Loaded, command: StoreClaim) -> Decision:
        """Keep it, if newer."""
        fact = command.claim
        known = loaded.get(CLAIMS, fact.claim_id)
        if known is not None and not is_newer(known.version, fact.version):
            return NOTHING
        selection = Selection.of_product(fact.beneficiary_organisation_id, fact.product_id)
        return Decision(
            (Change(CLAIMS, fact.claim_id, fact),),
            work=fan_outs((selection,), f"claim {'issued' if fact.issued else 'revoked'}"),
        )


def _of_footprint(footprint: Footprint) -> tuple[Selection, ...]:
    return Selection.of_products(footprint.owner_organisation_id, footprint.product_ids)


def _of_grant(grant: Grant, loaded: Loaded) -> tuple[Selection, ...]:
    """Select what a grant could touch; a known footprint narrows it, for its products never change."""
    owner, value = grant.owner_organisation_id, grant.scope_value
    if grant.scope is GrantScope.PRODUCT and value is not None:
        return (Selection.of_product(owner, value),)
    footprint = loaded.get(FOOTPRINTS, value or "") if grant.scope is GrantScope.FOOTPRINT else None
    if footprint is None:
        return (Selection.of_supplier(owner),)
    return Selection.of_products(owner, footprint.product_ids)
