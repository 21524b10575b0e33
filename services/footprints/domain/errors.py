"""What footprints refuses. Each code is stable; `api/problems.py` maps it to a status, a title and a slug."""

from __future__ import annotations

from services.chassis.kernel import Refusal


class OrganisationSuspended(Refusal):
    """A suspended organisation may not change anything."""

    code = "organisation_suspended"


class FootprintNotFound(Refusal):
    """No footprint with this id is visible to the caller."""

    code = "footprint_not_found"


class StatusNotActive(Refusal):
    """A footprint is submitted as Active or not at all."""

    code = "status_not_active"


class FootprintIdTaken(Refusal):
    """The id stands for a record of another organisation. Nothing else is said about it."""

    code = "footprint_id_taken"


class FootprintImmutable(Refusal):
    """The id stands for a record of the caller with other content."""

    code = "footprint_immutable"


class PrecedesItself(Refusal):
    """A footprint names itself as its predecessor."""

    code = "footprint_precedes_itself"


class PredecessorNotOwn(Refusal):
    """A predecessor belongs to another organisation."""

    code = "predecessor_not_own"


class SuccessionCycle(Refusal):
    """A footprint would succeed its own successor."""

    code = "succession_cycle"


class GrantNotFound(Refusal):
    """No grant with this id is visible to the caller."""

    code = "grant_not_found"


class GrantNotOwn(Refusal):
    """The grantee may read a grant, but only its owner may change it."""

    code = "grant_not_own"


class GrantVersionChanged(Refusal):
    """The change was meant for another version."""

    code = "grant_version_changed"


class GrantRevokedAlready(Refusal):
    """A revoked grant never changes again."""

    code = "grant_revoked"


class GrantToSelf(Refusal):
    """An organisation reads its own footprints without a grant."""

    code = "grant_to_self"


class GranteeUnknown(Refusal):
    """The grantee is not a registered, active organisation, as far as is known here."""

    code = "grantee_unknown"


class GrantScopeMalformed(Refusal):
    """The scope's value does not fit the scope."""

    code = "grant_scope_malformed"


class GrantedFootprintUnknown(Refusal):
    """The caller has no footprint with the id that is to be opened."""

    code = "granted_footprint_unknown"


class GrantPeriodEmpty(Refusal):
    """A grant would end before it begins, or has ended already."""

    code = "grant_period_empty"


class TooManyGrants(Refusal):
    """More grants would have to be read than one listing may."""

    code = "too_many_grants"
