"""Chain-of-custody models. A trade and a claim carry the lot's own model: nothing here ever strengthens one."""

from __future__ import annotations

from enum import StrEnum


class CustodyModel(StrEnum):
    """Models of ISO 22095:2020, clause 5, strongest first."""

    IDENTITY_PRESERVED = "identity_preserved"
    SEGREGATED = "segregated"
    CONTROLLED_BLENDING = "controlled_blending"
    MASS_BALANCE = "mass_balance"
    BOOK_AND_CLAIM = "book_and_claim"
