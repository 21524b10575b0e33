"""What the recycling market refuses. Each `code` is stable; `api/problems.py` maps it to an HTTP status."""

from __future__ import annotations

from services.chassis.kernel import Refusal


class LotNotFound(Refusal):
    """No such lot."""

    code = "lot_not_found"


class DemandNotFound(Refusal):
    """No such demand, or one of another organisation: both answer alike."""

    code = "demand_not_found"


class TradeNotFound(Refusal):
    """No such trade, or one between other parties: both answer alike."""

    code = "trade_not_found"


class ClaimNotFound(Refusal):
    """No such claim, or one that only its beneficiary may change: both answer alike."""

    code = "claim_not_found"


class VersionMismatch(Refusal):
    """The caller decided on another version than the present one."""

    code = "version_mismatch"


class RuleBroken(Refusal):
    """A value of the request breaks a rule of its field."""

    code = "rule_broken"


class HazardousWasteCode(Refusal):
    """The waste code classifies as hazardous; this release has no licence gate for it."""

    code = "hazardous_waste_code"


class CertificateRequired(Refusal):
    """The seller has no valid certificate of the type the market requires."""

    code = "certificate_required"


class PartySuspended(Refusal):
    """An organisation of the trade is suspended."""

    code = "party_suspended"


class BookFull(Refusal):
    """The order book of this grade and currency takes no further orders now."""

    code = "book_full"


class AlreadyClosed(Refusal):
    """The lot, demand or claim is withdrawn, cancelled or revoked already."""

    code = "already_closed"


class WrongParty(Refusal):
    """The step is for the other party of the trade."""

    code = "wrong_party"


class WrongStep(Refusal):
    """The trade's status does not allow this step."""

    code = "wrong_step"


class OutsideTolerance(Refusal):
    """The weighed mass differs from the contracted one by more than the tolerance."""

    code = "outside_tolerance"


class BookAndClaimRefused(Refusal):
    """A book-and-claim lot supports no claim for a physical product."""

    code = "book_and_claim_refused"


class ClaimExceedsSettledMass(Refusal):
    """More recycled mass is claimed than the settled trade has left."""

    code = "claim_exceeds_settled_mass"
