"""Commands of buyer profiles. Each leaves work for every part; none has an event: a profile is its buyer's own."""

from __future__ import annotations

from collections.abc import Iterable

from services.certification.application.commands import ChangeProfile, CreateProfile
from services.certification.application.handlers.work import fan_out
from services.certification.application.ports import PROFILE_DIRECTORY, PROFILES
from services.certification.domain import profile as rules
from services.certification.domain.errors import ProfileNotFound
from services.certification.domain.profile import DIRECTORY_KEY, BuyerProfile, ProfileDirectory, ProfileEntry
from services.certification.domain.selection import Selection
from services.chassis.kernel import Change, Decision, Key, Loaded, Need


class CreateProfileHandler:
    """PROFILE-LIMIT: the directory is written with the profile."""

    def needs(self, command: CreateProfile, loaded: Loaded) -> Iterable[Need]:  # noqa: ARG002 - one round
        """Name the directory and the new document."""
        yield Key(PROFILES, command.profile_id)
        yield Key(PROFILE_DIRECTORY, DIRECTORY_KEY)

    def decide(self, loaded: Loaded, command: CreateProfile) -> Decision:
        """Create. Raises `ProfileLimitReached`, `ProfileEmpty`."""
        profile = rules.create(
            BuyerProfile(
                profile_id=command.profile_id,
                buyer_organisation_id=command.buyer_organisation_id,
                name=command.name,
                requirements=command.requirements,
                version=1,
                changed_at=command.meta.at,
            )
        )
        directory = loaded.get(PROFILE_DIRECTORY, DIRECTORY_KEY) or ProfileDirectory()
        entry = ProfileEntry(profile.profile_id, profile.buyer_organisation_id)
        return Decision(
            (
                Change(PROFILES, profile.profile_id, profile),
                Change(PROFILE_DIRECTORY, DIRECTORY_KEY, directory.with_entry(entry)),
            ),
            work=(fan_out(Selection.all_parts(), "profile created"),),
            result=profile,
        )


class ChangeProfileHandler:
    """Raises a profile's version."""

    def needs(self, command: ChangeProfile, loaded: Loaded) -> Iterable[Need]:  # noqa: ARG002 - one round
        """Name the profile."""
        yield Key(PROFILES, command.profile_id)

    def decide(self, loaded: Loaded, command: ChangeProfile) -> Decision:
        """Change. Raises `ProfileNotFound` (also for another buyer's), `VersionConflict`, `ProfileEmpty`."""
        known = loaded.get(PROFILES, command.profile_id)
        if known is None or known.buyer_organisation_id != command.buyer_organisation_id:
            raise ProfileNotFound("no such profile")
        profile = rules.change(known, command.expected_version, command.name, command.requirements, command.meta.at)
        return Decision(
            (Change(PROFILES, profile.profile_id, profile),),
            work=(fan_out(Selection.all_parts(), "profile changed"),),
            result=profile,
        )
