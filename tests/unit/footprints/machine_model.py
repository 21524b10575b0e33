"""What the stateful machine compares the service with: records and grants in two dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from services.footprints.domain.access import GrantScope


@dataclass
class Record:
    owner: str
    content: int
    product: str
    preceding: frozenset[int]
    withdrawn: bool = False


@dataclass
class Opened:
    owner: str
    grantee: str
    scope: GrantScope
    value: Any
    start: datetime
    until: datetime | None
    revoked: bool = False


@dataclass
class Model:
    records: dict[int, Record] = field(default_factory=dict)
    grants: dict[str, Opened] = field(default_factory=dict)

    def submit(self, number: int, new: Record) -> str:
        """Tell what a submission must come to."""
        known = self.records.get(number)
        if known is not None:
            if known.owner != new.owner:
                return "footprint_id_taken"
            return "repeat" if known == replace(new, withdrawn=known.withdrawn) else "footprint_immutable"
        if any(self.records[old].owner != new.owner for old in new.preceding & self.records.keys()):
            return "predecessor_not_own"
        if number in new.preceding:
            return "footprint_precedes_itself"
        if self.closes_circle(number, new):
            return "succession_cycle"
        self.records[number] = new
        return "created"

    def closes_circle(self, number: int, new: Record) -> bool:
        """Walk everything that the newcomer leads back to."""
        seen: set[int] = set()
        waiting = set(new.preceding)
        while waiting:
            each = waiting.pop()
            seen.add(each)
            if each in self.records:
                waiting |= self.records[each].preceding - seen
        return number in seen

    def withdraw(self, number: int, by: str, version: int) -> str:
        """Tell what a withdrawal must come to."""
        record = self.records.get(number)
        if record is None or record.owner != by:
            return "footprint_not_found"
        if version != (2 if self.deprecated(number) else 1):
            return "footprint_version_changed"
        if self.deprecated(number):
            return "footprint_deprecated"
        record.withdrawn = True
        return "withdrawn"

    def deprecated(self, number: int) -> bool:
        record = self.records[number]
        return record.withdrawn or any(
            number in each.preceding and each.owner == record.owner for each in self.records.values()
        )

    def readable(self, number: int, reader: str, at: datetime) -> bool:
        record = self.records[number]
        opening: set[tuple[GrantScope, Any]] = {(GrantScope.EVERYTHING, None), (GrantScope.FOOTPRINT, number)}
        opening.add((GrantScope.PRODUCT, record.product.lower()))
        return record.owner == reader or any(
            (grant.owner, grant.grantee) == (record.owner, reader)
            and (grant.scope, grant.value.lower() if grant.scope is GrantScope.PRODUCT else grant.value) in opening
            and not grant.revoked
            and grant.start <= at
            and (grant.until is None or at < grant.until)
            for grant in self.grants.values()
        )
