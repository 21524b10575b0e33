"""States to documents and back: frozen dataclasses as they are, `Decimal` as Decimal128, dates as ISO strings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, TypeVar

from bson import Decimal128
from cattrs import Converter

from services.chassis.store import UnstorableError

S = TypeVar("S")


def _decimal_in(value: Any, _: type) -> Decimal:
    return value.to_decimal() if isinstance(value, Decimal128) else Decimal(value)


def _instant_in(value: Any, _: type) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError(f"expected a stored instant, got {type(value).__name__}")
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)


def _instant_out(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("an instant without UTC offset can't be stored")
    return value.astimezone(UTC)


def _build() -> Converter:
    converter = Converter(forbid_extra_keys=False, unstruct_collection_overrides={frozenset: sorted, tuple: list})
    converter.register_unstructure_hook_func(
        lambda kind: isinstance(kind, type) and issubclass(kind, Enum), lambda value: value.value
    )
    converter.register_unstructure_hook(Decimal, Decimal128)
    converter.register_structure_hook(Decimal, _decimal_in)
    converter.register_unstructure_hook(date, lambda value: value.isoformat())
    converter.register_structure_hook(date, lambda value, _: date.fromisoformat(value))
    converter.register_unstructure_hook(datetime, _instant_out)
    converter.register_structure_hook(datetime, _instant_in)
    converter.register_structure_hook(bytes, lambda value, _: bytes(value))
    converter.register_structure_hook_func(lambda kind: kind is Any, lambda value, _: value)
    converter.register_unstructure_hook(MappingProxyType, dict)
    return converter


_CONVERTER: Final = _build()


def to_document(state: object) -> dict[str, Any]:
    """Turn a state into a MongoDB document (without `_id`); MongoDB cuts instants to milliseconds.

    Raises `UnstorableError` for what has no stored form: a number of more than 34 digits, an instant without offset.
    """
    try:
        document: dict[str, Any] = _CONVERTER.unstructure(state)
    except (ArithmeticError, AttributeError, TypeError, ValueError) as error:
        raise UnstorableError(f"{type(state).__name__}: {type(error).__name__}: {error}") from error
    return document


def from_document(document: Mapping[str, Any], state: type[S]) -> S:
    """Turn a document into a state. Unknown fields are ignored: a newer release may have added them."""
    return _CONVERTER.structure(document, state)
