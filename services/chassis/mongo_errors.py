"""The driver's errors in the store's words: what may pass, what can't be stored, what is a defect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bson.errors import InvalidDocument
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    DocumentTooLarge,
    DuplicateKeyError,
    ExecutionTimeout,
    OperationFailure,
)

from services.chassis.store import TransientStoreError, UnstorableError

TOO_LARGE_CODES: Final = frozenset({10334, 17419, 17420})


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn the driver's errors into the store's."""
    try:
        yield
    except (DuplicateKeyError, ConnectionFailure, ExecutionTimeout) as error:
        raise TransientStoreError(str(error)) from error
    except (DocumentTooLarge, InvalidDocument, OverflowError) as error:
        raise UnstorableError(str(error)) from error
    except BulkWriteError as error:
        raise TransientStoreError(f"bulk write: {_first_error(error)}") from error
    except OperationFailure as error:
        if error.code in TOO_LARGE_CODES:
            raise UnstorableError(str(error)) from error
        if error.has_error_label("TransientTransactionError") or error.has_error_label("RetryableWriteError"):
            raise TransientStoreError(str(error)) from error
        if error.code in _PASSING_CODES:
            raise TransientStoreError(str(error)) from error
        raise


_PASSING_CODES: Final = frozenset(
    {11000, 112, 251, 246, 244, 24, 263, 50, 202, 189, 91, 11600, 11602, 10107, 13435, 13436}
)
"""Duplicate key, write conflict, no such transaction (killed or expired), snapshot unavailable, lock timeout,
time limit, stepdown and shutdown: the transaction wrote nothing and may be tried again."""


def _first_error(error: BulkWriteError) -> str:
    errors = (error.details or {}).get("writeErrors") or [{}]
    return f"code {errors[0].get('code')}"
