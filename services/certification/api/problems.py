"""Refusals of certification on the wire: code -> (status, title, slug)."""

from __future__ import annotations

from typing import Final

from services.certification.domain import errors
from services.chassis.problems import ProblemTable

_NOT_FOUND: Final = 404
_CONFLICT: Final = 409
_INVALID: Final = 422

PROBLEMS: Final = ProblemTable(
    {
        errors.VersionConflict.code: (412, "The resource has changed", "precondition-failed"),
        errors.SupplierNotFound.code: (_NOT_FOUND, "No such supplier", "supplier-not-found"),
        errors.CertificateNotFound.code: (_NOT_FOUND, "No such certificate", "certificate-not-found"),
        errors.ProfileNotFound.code: (_NOT_FOUND, "No such profile", "profile-not-found"),
        errors.PartNotFound.code: (_NOT_FOUND, "No such part", "part-not-found"),
        errors.VerdictNotFound.code: (_NOT_FOUND, "No such verdict", "verdict-not-found"),
        errors.SupplierExists.code: (_CONFLICT, "The supplier is registered already", "supplier-exists"),
        errors.SupplierNotRegistered.code: (_CONFLICT, "The supplier is not registered", "supplier-not-registered"),
        errors.SiteListedTwice.code: (_INVALID, "A site stands twice", "site-listed-twice"),
        errors.SiteRemoved.code: (_CONFLICT, "A registered site stays", "site-removed"),
        errors.SiteUnknown.code: (_INVALID, "The supplier has no such site", "site-unknown"),
        errors.CertificateNumberTaken.code: (
            _CONFLICT,
            "The certificate is recorded already",
            "certificate-number-taken",
        ),
        errors.CertificateDatesReversed.code: (_INVALID, "The dates are reversed", "certificate-dates-reversed"),
        errors.CertificateLimitReached.code: (_CONFLICT, "Too many certificates", "certificate-limit-reached"),
        errors.CertificateTransitionRefused.code: (
            _CONFLICT,
            "The certificate's status does not allow the step",
            "certificate-transition-refused",
        ),
        errors.EffectiveDateRefused.code: (_INVALID, "The effective date breaks a rule", "effective-date-refused"),
        errors.ProfileLimitReached.code: (_CONFLICT, "Too many profiles", "profile-limit-reached"),
        errors.ProfileEmpty.code: (_INVALID, "The profile asks for nothing", "profile-empty"),
        errors.PartNumberTaken.code: (_CONFLICT, "The part is listed already", "part-number-taken"),
    }
)
