"""What this domain refuses. `code` is stable; the API maps it to an HTTP status (`api/problem_table.py`)."""

from __future__ import annotations

from services.chassis.kernel import Refusal


class VersionConflict(Refusal):
    """The aggregate is at another version than the caller thinks."""

    code = "version_conflict"


class SupplierExists(Refusal):
    """The organisation is registered as a supplier already."""

    code = "supplier_exists"


class SupplierNotFound(Refusal):
    """No such supplier is visible to the caller."""

    code = "supplier_not_found"


class SupplierNotRegistered(Refusal):
    """A supplier registers itself and its sites before it records certificates or lists parts."""

    code = "supplier_not_registered"


class SiteListedTwice(Refusal):
    """A site id stands twice in one list."""

    code = "site_listed_twice"


class SiteRemoved(Refusal):
    """A registered site stays: certificates and parts point at it."""

    code = "site_removed"


class SiteUnknown(Refusal):
    """The supplier has no such site."""

    code = "site_unknown"


class CertificateNotFound(Refusal):
    """No such certificate is visible to the caller."""

    code = "certificate_not_found"


class CertificateNumberTaken(Refusal):
    """An issuer gives a number once."""

    code = "certificate_number_taken"


class CertificateDatesReversed(Refusal):
    """A certificate ends before it begins."""

    code = "certificate_dates_reversed"


class CertificateLimitReached(Refusal):
    """The supplier has as many certificates as one supplier may record."""

    code = "certificate_limit_reached"


class CertificateTransitionRefused(Refusal):
    """The certificate's status doesn't allow the step; withdrawn is terminal."""

    code = "certificate_transition_refused"


class EffectiveDateRefused(Refusal):
    """A status can't hold since a day that has not come, nor end a suspension before it began."""

    code = "effective_date_refused"


class ProfileNotFound(Refusal):
    """No such profile is visible to the caller."""

    code = "profile_not_found"


class ProfileLimitReached(Refusal):
    """As many profiles exist as one decision may look at."""

    code = "profile_limit_reached"


class ProfileEmpty(Refusal):
    """A profile without any requirement would certify every part."""

    code = "profile_empty"


class PartNotFound(Refusal):
    """No such part is visible to the caller."""

    code = "part_not_found"


class PartNumberTaken(Refusal):
    """The supplier lists a part number once for each site."""

    code = "part_number_taken"


class VerdictNotFound(Refusal):
    """The part has no verdict for this profile that the caller may see, or none yet."""

    code = "verdict_not_found"
