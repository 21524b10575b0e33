"""Answers of the PACT host, for OpenAPI."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from services.footprints.api.examples import PRODUCT_FOOTPRINT_EXAMPLE
from services.footprints.api.pact_v3 import ProductFootprint


class PactFootprints(BaseModel):
    """A page of footprints."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"data": [PRODUCT_FOOTPRINT_EXAMPLE]}]})

    data: list[ProductFootprint] = Field(description="Empty where nothing is found; never null.")


class PactFootprint(BaseModel):
    """One footprint."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"data": PRODUCT_FOOTPRINT_EXAMPLE}]})

    data: ProductFootprint


class PactFootprintsV2(BaseModel):
    """A page of footprints in the words of 2.3."""

    data: list[dict[str, Any]] = Field(description="ProductFootprint of 2.3; empty where nothing is found.")


class PactFootprintV2(BaseModel):
    """One footprint in the words of 2.3."""

    data: dict[str, Any] = Field(description="ProductFootprint of 2.3.")
