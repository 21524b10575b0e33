"""Claims: issue and revoke. Each writes the trade it draws on, so that two claims can never share a gram."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.kernel import Change, Decision, Key, Loaded, Need
from services.recycling.application.commands import IssueClaim, RevokeClaim
from services.recycling.application.handlers.shared import check_version, known_trade, trade_needs, trade_of
from services.recycling.application.ports import CLAIMS, TRADES
from services.recycling.domain.claims import Claim, issue, revoke
from services.recycling.domain.errors import ClaimNotFound
from services.recycling.domain.events import ClaimEvent, ClaimEventName, TradeEvent, TradeEventName
from services.recycling.domain.trades import Trade


class IssueClaimHandler:
    """The buyer of a settled trade claims its recycled content for a product."""

    def needs(self, command: IssueClaim, _loaded: Loaded) -> Iterable[Need]:
        """Name the trade and the new claim."""
        yield from trade_needs(command.trade_id)
        yield Key(CLAIMS, command.request.claim_id)

    def decide(self, loaded: Loaded, command: IssueClaim) -> Decision:
        """Issue it. Result: the claim."""
        trade, party = trade_of(loaded, command.trade_id, command.meta)
        claim, drawn = issue(trade, party, command.request, command.meta.at)
        return _decided("issued", claim, "claimed", drawn)


class RevokeClaimHandler:
    """The beneficiary revokes a claim; its mass goes back to the trade."""

    def needs(self, command: RevokeClaim, loaded: Loaded) -> Iterable[Need]:
        """Name the claim, then its trade."""
        yield Key(CLAIMS, command.claim_id)
        claim = loaded.get(CLAIMS, command.claim_id) if loaded.has(Key(CLAIMS, command.claim_id)) else None
        if claim is not None:
            yield from trade_needs(claim.trade_id)

    def decide(self, loaded: Loaded, command: RevokeClaim) -> Decision:
        """Revoke it. Result: the claim."""
        claim = loaded.get(CLAIMS, command.claim_id)
        if claim is None or claim.beneficiary_organisation_id != command.meta.organisation_id:
            raise ClaimNotFound(f"no claim {command.claim_id} of yours")
        check_version(command.expected_version, claim.version)
        trade = known_trade(loaded, claim.trade_id)
        if trade is None:
            raise LookupError(f"claim {claim.claim_id} names trade {claim.trade_id}, which is not there")
        revoked, returned = revoke(claim, trade, command.reason, command.meta.at)
        return _decided("revoked", revoked, "claim-revoked", returned)


def _decided(name: ClaimEventName, claim: Claim, trade_name: TradeEventName, trade: Trade) -> Decision:
    return Decision(
        (Change(CLAIMS, claim.claim_id, claim), Change(TRADES, trade.trade_id, trade)),
        (ClaimEvent(name, claim), TradeEvent(trade_name, trade)),
        result=claim,
    )
