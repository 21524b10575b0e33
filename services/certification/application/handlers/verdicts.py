"""Second stage: walk a selection, and decide the verdicts of one part.

Invariant: DECIDED-ALONE (a part's work lies in one partition of `certification.part-work.v1`, so one writer decides it,
from committed state of every projection).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from services.certification.application.commands import DecidePart, FanOutParts
from services.certification.application.handlers.work import decide_part, fan_out
from services.certification.application.ports import (
    CERTIFICATES,
    CLAIMS,
    FOOTPRINTS,
    GRANTS,
    PART_LISTINGS,
    PART_VERDICTS,
    PROFILE_DIRECTORY,
    PROFILES,
)
from services.certification.domain.evaluation import evaluate
from services.certification.domain.facts import Footprint, Grant, GrantScope, grant_target
from services.certification.domain.identifiers import product_key
from services.certification.domain.part import PartListing
from services.certification.domain.profile import DIRECTORY_KEY, BuyerProfile
from services.certification.domain.requirements.assessment import Evidence
from services.certification.domain.selection import PAGE_PARTS
from services.certification.domain.verdict import EvidenceKind, next_verdicts
from services.chassis.kernel import NOTHING, Change, Decision, Key, Loaded, Match, Need, Page


class FanOutPartsHandler:
    """Leaves one work row for each part of the page, and one for the next page."""

    def needs(self, command: FanOutParts, loaded: Loaded) -> Iterable[Need]:  # noqa: ARG002 - one round
        """Name the page."""
        yield _page(command)

    def decide(self, loaded: Loaded, command: FanOutParts) -> Decision:
        """Spread the work. A part listed meanwhile has left its own work row."""
        part_ids = loaded.page(_page(command))
        work = [decide_part(part_id, command.reason) for part_id in part_ids]
        if len(part_ids) == PAGE_PARTS:
            work.append(fan_out(command.selection, command.reason, after=part_ids[-1]))
        return Decision(work=tuple(work))


class DecidePartHandler:
    """Decides a part against every profile."""

    def needs(self, command: DecidePart, loaded: Loaded) -> Iterable[Need]:
        """Name the part and what is known of it; then the evidence it names; then the grants on each footprint."""
        part_need = Key(PART_LISTINGS, command.part_id)
        yield part_need
        yield Key(PART_VERDICTS, command.part_id)
        yield Key(PROFILE_DIRECTORY, DIRECTORY_KEY)
        if not loaded.has(part_need):
            return
        part = loaded.get(PART_LISTINGS, command.part_id)
        if part is None:
            return
        yield from _profile_needs(loaded)
        yield from _evidence_needs(part)
        footprints = _footprints_need(part)
        if loaded.has(footprints):
            for footprint in _all_or_none(loaded, footprints):
                yield _grants_need(_own_target(footprint))

    def decide(self, loaded: Loaded, command: DecidePart) -> Decision:
        """Decide; an event where a verdict is news. A part that isn't listed has none."""
        part = loaded.get(PART_LISTINGS, command.part_id)
        if part is None:
            return NOTHING
        evidence = _evidence(loaded, part)
        decided = [evaluate(part, profile, evidence, command.meta.at) for profile in _profiles(loaded)]
        known = loaded.get(PART_VERDICTS, part.part_id)
        state, event = next_verdicts(part, known, decided, command.meta.at)
        if state is None:
            return NOTHING
        return Decision((Change(PART_VERDICTS, part.part_id, state),), (event,) if event else ())


def _page(command: FanOutParts) -> Page:
    return Page(PART_LISTINGS, "selections", command.selection.value, PAGE_PARTS, command.after)


def _profile_needs(loaded: Loaded) -> Iterator[Need]:
    directory = loaded.get(PROFILE_DIRECTORY, DIRECTORY_KEY)
    for entry in directory.entries if directory else ():
        yield Key(PROFILES, entry.profile_id)


def _profiles(loaded: Loaded) -> Iterator[BuyerProfile]:
    directory = loaded.get(PROFILE_DIRECTORY, DIRECTORY_KEY)
    for entry in directory.entries if directory else ():
        profile = loaded.get(PROFILES, entry.profile_id)
        if profile is not None:
            yield profile


def _evidence_needs(part: PartListing) -> Iterator[Match]:
    yield Match(CERTIFICATES, "supplier_id", part.supplier_id)
    yield _footprints_need(part)
    yield Match(CLAIMS, "product_key", product_key(part.supplier_id, part.product_id))
    for target in _wide_targets(part):
        yield _grants_need(target)


def _footprints_need(part: PartListing) -> Match:
    return Match(FOOTPRINTS, "product_keys", product_key(part.supplier_id, part.product_id))


def _grants_need(target: str) -> Match:
    return Match(GRANTS, "target", target)


def _wide_targets(part: PartListing) -> tuple[str, str]:
    return (
        grant_target(part.supplier_id, GrantScope.EVERYTHING, None),
        grant_target(part.supplier_id, GrantScope.PRODUCT, part.product_id),
    )


def _own_target(footprint: Footprint) -> str:
    return grant_target(footprint.owner_organisation_id, GrantScope.FOOTPRINT, footprint.footprint_id)


def _all_or_none(loaded: Loaded, need: Match) -> tuple[Any, ...]:
    return () if loaded.overflows(need) else tuple(loaded.match(need.kind, need.field, need.value))


def _evidence(loaded: Loaded, part: PartListing) -> Evidence:
    """Collect what is loaded. Too many grants on one target open nothing: better no access than a wrong one."""
    certificates, footprints, claims, *wide_grants = _evidence_needs(part)
    known: tuple[Footprint, ...] = _all_or_none(loaded, footprints)
    grant_needs = [*wide_grants, *(_grants_need(_own_target(footprint)) for footprint in known)]
    grants: tuple[Grant, ...] = tuple(grant for need in grant_needs for grant in _all_or_none(loaded, need))
    kinds = {EvidenceKind.FOOTPRINT: footprints, EvidenceKind.CLAIM: claims}
    return Evidence(
        certificates=_all_or_none(loaded, certificates),
        footprints=known,
        grants=grants,
        claims=_all_or_none(loaded, claims),
        too_many=frozenset(kind for kind, need in kinds.items() if loaded.overflows(need)),
    )
