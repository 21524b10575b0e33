"""The contract of `store.Store`, which every adapter passes: in memory, and on MongoDB with both drivers."""

from __future__ import annotations

import pytest

from services.chassis.store import Store
from services.chassis.testing.store_guards_contract import StoreGuardsContract
from services.chassis.testing.store_samples import StoreHarness
from services.chassis.testing.store_values_contract import StoreValuesContract
from services.chassis.testing.store_writes_contract import StoreWritesContract


class StoreContract(StoreWritesContract, StoreGuardsContract, StoreValuesContract):
    """Subclass it in a test module and override `harness`."""

    @pytest.fixture
    def harness(self) -> StoreHarness:
        """Give the database under test, empty."""
        raise NotImplementedError

    @pytest.fixture
    def store(self, harness: StoreHarness) -> Store:
        """Give one store on it."""
        return harness.store()
