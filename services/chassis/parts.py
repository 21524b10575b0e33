"""What a service is made of, as data: enough to run its worker and relay, to make its indexes, to read its letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo import IndexModel

from services.chassis.batch import REFUSALS
from services.chassis.kernel import Kind
from services.chassis.mongo import Mongo
from services.chassis.mongo_store import SYSTEM_INDEXES, kind_indexes
from services.chassis.outbox import Translate
from services.chassis.routes import ConsumerGroup
from services.chassis.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class ServiceParts:
    """What a service's composition root hands to the worker, the relay and the command line."""

    name: str
    kinds: Sequence[Kind[Any]]
    indexes: Mapping[str, Sequence[IndexModel]]
    groups: Sequence[ConsumerGroup]
    translate: Translate


def open_mongo(settings: ServiceSettings, role: str) -> Mongo:
    """Make the role's client."""
    return Mongo(
        settings.mongo_uri, settings.database, settings.mongo_driver, app_name=f"tierloop-{settings.service}-{role}"
    )


def all_indexes(parts: ServiceParts) -> dict[str, tuple[IndexModel, ...]]:
    """Return the collections of a service with all their indexes: the chassis', the kinds' and the service's own."""
    merged: dict[str, tuple[IndexModel, ...]] = dict(SYSTEM_INDEXES) | kind_indexes((*parts.kinds, REFUSALS))
    for name, models in parts.indexes.items():
        own = {_key_of(model) for model in models}
        merged[name] = (*(model for model in merged.get(name, ()) if _key_of(model) not in own), *models)
    return merged


def _key_of(model: IndexModel) -> tuple[tuple[str, Any], ...]:
    return tuple(model.document["key"].items())
