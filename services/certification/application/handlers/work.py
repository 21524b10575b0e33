"""Work rows for the second stage. The root of all of them is `part`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from services.certification.domain.selection import Selection
from services.chassis.kernel import Work

ROOT: Final = "part"
FAN_OUT: Final = "fan_out"


def decide_part(part_id: str, reason: str) -> Work:
    """Ask for the verdicts of one part to be decided."""
    return Work(ROOT, part_id, reason)


def fan_out(selection: Selection, reason: str, after: str = "") -> Work:
    """Ask for the verdicts of every part of a selection to be decided, page by page."""
    page = {
        "kind": selection.kind.value,
        "supplier_id": selection.supplier_id,
        "product_id": selection.product_id,
        "after": after,
    }
    return Work(ROOT, selection.work_key, reason, {FAN_OUT: page})


def fan_outs(selections: Iterable[Selection], reason: str) -> tuple[Work, ...]:
    """Ask for several selections, each once."""
    return tuple(fan_out(selection, reason) for selection in dict.fromkeys(selections))
