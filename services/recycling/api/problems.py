"""Refusals of the market on the wire: code -> (status, title, slug)."""

from __future__ import annotations

from typing import Final

from services.chassis.problems import ProblemTable
from services.recycling.domain import errors

_FORBIDDEN: Final = 403
_NOT_FOUND: Final = 404
_CONFLICT: Final = 409
_INVALID: Final = 422

PROBLEMS: Final = ProblemTable(
    {
        errors.LotNotFound.code: (_NOT_FOUND, "No such lot", "lot-not-found"),
        errors.DemandNotFound.code: (_NOT_FOUND, "No such demand", "demand-not-found"),
        errors.TradeNotFound.code: (_NOT_FOUND, "No such trade", "trade-not-found"),
        errors.ClaimNotFound.code: (_NOT_FOUND, "No such claim", "claim-not-found"),
        errors.VersionMismatch.code: (412, "The resource has changed", "precondition-failed"),
        errors.RuleBroken.code: (_INVALID, "A value breaks a rule", "rule-broken"),
        errors.HazardousWasteCode.code: (_INVALID, "The waste code is hazardous", "hazardous-waste-code"),
        errors.CertificateRequired.code: (_CONFLICT, "The seller needs a valid certificate", "certificate-required"),
        errors.PartySuspended.code: (_CONFLICT, "A party is suspended", "party-suspended"),
        errors.BookFull.code: (_CONFLICT, "The order book is full", "book-full"),
        errors.AlreadyClosed.code: (_CONFLICT, "It is closed already", "already-closed"),
        errors.WrongParty.code: (_FORBIDDEN, "The other party takes this step", "wrong-party"),
        errors.WrongStep.code: (_CONFLICT, "The trade is not at this step", "wrong-step"),
        errors.OutsideTolerance.code: (_CONFLICT, "The weighing is outside the tolerance", "outside-tolerance"),
        errors.BookAndClaimRefused.code: (_CONFLICT, "Book and claim binds no material", "book-and-claim-refused"),
        errors.ClaimExceedsSettledMass.code: (
            _CONFLICT,
            "More is claimed than was settled",
            "claim-exceeds-settled-mass",
        ),
    }
)
