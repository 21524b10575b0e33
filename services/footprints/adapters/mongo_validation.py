"""Policies and reference factors, read from MongoDB."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from services.chassis.codec import from_document
from services.chassis.mongo import Mongo
from services.chassis.mongo_errors import translated_errors
from services.footprints.application.ports import FACTOR_SETS, FACTORS, VALIDATION_POLICIES
from services.footprints.application.validation import MAX_FACTOR_SETS, MAX_FACTORS_READ
from services.footprints.domain.findings import Factor, FactorSet, ValidationPolicy


class MongoValidation:
    """Implements `application.validation.ValidationReads`."""

    def __init__(self, mongo: Mongo) -> None:
        """`mongo` reads at majority."""
        self._mongo = mongo

    async def policy(self, organisation_id: str) -> ValidationPolicy | None:
        """Return the policy of an organisation that ever set one."""
        with translated_errors():
            document = await self._mongo.collection(VALIDATION_POLICIES.name).find_one({"_id": organisation_id})
        return None if document is None else from_document(document, ValidationPolicy)

    async def factors(self, classifications: Collection[str]) -> Sequence[Factor]:
        """Return the reference factors of these classifications (in lower case), in order of their keys."""
        condition = {"product_classification": {"$in": sorted(classifications)}}
        with translated_errors():
            cursor = self._mongo.collection(FACTORS.name).find(condition).sort("_id", 1).limit(MAX_FACTORS_READ)
            documents = await cursor.to_list(MAX_FACTORS_READ)
        return [from_document(document, Factor) for document in documents]

    async def factor_sets(self) -> Sequence[FactorSet]:
        """Return what is loaded, in order of the names."""
        with translated_errors():
            cursor = self._mongo.collection(FACTOR_SETS.name).find({}).sort("_id", 1).limit(MAX_FACTOR_SETS)
            documents = await cursor.to_list(MAX_FACTOR_SETS)
        return [from_document(document, FactorSet) for document in documents]
