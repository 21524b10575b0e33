"""What footprints refuses. Each code is stable; `api/problems.py` maps it to a status, a title and a slug."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.chassis.kernel import Refusal

if TYPE_CHECKING:
    from services.footprints.domain.findings import Finding


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


class SuccessionTooOpen(Refusal):
    """Too many footprints that never arrived stand behind a succession to rule a circle out."""

    code = "succession_too_open"


class FootprintVersionChanged(Refusal):
    """The change was meant for another version."""

    code = "footprint_version_changed"


class FootprintDeprecatedAlready(Refusal):
    """A Deprecated footprint never changes again."""

    code = "footprint_deprecated"


class AccessChanged(Refusal):
    """What was read is open to the reader no longer; the answer is withheld."""

    code = "access_changed"


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


class MethodologyBroken(Refusal):
    """The organisation chose strict validation, and the footprint has a finding of severity error."""

    code = "methodology_broken"

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Keep every finding: the supplier mends them all at once."""
        super().__init__(
            "the validation policy of your organisation is strict, and the footprint has findings of severity error",
            remedy="Mend the findings, or set the policy to lenient.",
        )
        self.findings = tuple(findings)


class PolicyVersionChanged(Refusal):
    """The change was meant for another version."""

    code = "policy_version_changed"


class FactorsContradict(Refusal):
    """The low figure of a reference factor is above its typical one."""

    code = "factors_contradict"


class FactorTwice(Refusal):
    """A set names the same classification twice for one unit."""

    code = "factor_twice"


class BaseUrlNotRegistered(Refusal):
    """A callback would go to a URL that the partner has not registered."""

    code = "base_url_not_registered"


class ConnectionNotFound(Refusal):
    """No connection of this organisation is visible to the caller."""

    code = "connection_not_found"


class ConnectionVersionChanged(Refusal):
    """The change was meant for another version."""

    code = "connection_version_changed"


class ConnectionVersionMissing(Refusal):
    """A connection that exists is changed only by somebody who knows its version."""

    code = "connection_version_missing"


class DeliveryNotFound(Refusal):
    """No delivery with this id is visible to the caller."""

    code = "delivery_not_found"


class RequestNotFound(Refusal):
    """No request with this id is in the caller's inbox."""

    code = "request_not_found"


class RequestVersionChanged(Refusal):
    """The answer was meant for another version."""

    code = "request_version_changed"


class RequestAnswered(Refusal):
    """The owner answered this request already."""

    code = "request_answered"


class NothingToAnswerWith(Refusal):
    """No footprint of the owner meets the criteria of the request any more."""

    code = "nothing_to_answer_with"


class AnswerTooWide(Refusal):
    """More grants would be needed than one answer may give."""

    code = "answer_too_wide"


class DeliveryDone(Refusal):
    """The partner has taken the event; it is not sent again."""

    code = "delivery_done"


class IntakeNotFound(Refusal):
    """No intake with this id is visible to the caller."""

    code = "intake_not_found"


class IntakeMoved(Refusal):
    """Another reader has the intake, or it is finished; nothing of this turn may be stored."""

    code = "intake_moved"


class TooManyIntakes(Refusal):
    """The organisation has as many intakes under way as it may."""

    code = "too_many_intakes"


class ViewImpossible(Refusal):
    """A record can't be said in a format at all."""

    code = "view_impossible"
