"""PACT Technical Specifications 3.x on the wire: models, reading and the way into the domain. Import from here."""

from services.footprints.api.pact_v3.product_footprint import ProductFootprint
from services.footprints.api.pact_v3.reading import read_submission

__all__ = ["ProductFootprint", "read_submission"]
