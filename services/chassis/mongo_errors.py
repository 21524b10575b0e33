"""The driver's errors in the store's words: what may pass, what can't be stored, and the rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bson.errors import BSONError
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    DocumentTooLarge,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
)

from services.chassis.store import StoreError, TransientStoreError, UnstorableError

TOO_LARGE_CODES: Final = frozenset({10334, 17419, 17420})
REFUSED_DOCUMENT_CODES: Final = TOO_LARGE_CODES | {2, 52, 57, 121, 171}
"""What a bulk's single write may answer besides: bad value (also: too large), field names, validation, index."""
PASSING_CODES: Final = frozenset(
    {11000, 112, 251, 246, 244, 24, 263, 50, 202, 189, 91, 11600, 11601, 11602, 10107, 13435, 13436}
)
"""Duplicate key, write conflict, no such transaction (killed or expired), snapshot unavailable, lock timeout,
time limit, stepdown, shutdown and interruption (a claim ends the former owner's session; after a rebalance that may be
one of this client's own, in use again): the transaction wrote nothing and may be tried again."""
PASSING_LABELS: Final = ("TransientTransactionError", "RetryableWriteError")


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn the driver's errors into the store's, all of them: a driver's error must never be taken for poison."""
    try:
        yield
    except (DocumentTooLarge, BSONError, OverflowError, UnicodeEncodeError) as error:
        raise UnstorableError(str(error)) from error
    except BulkWriteError as error:
        raise _bulk_error(error) from error
    except PyMongoError as error:
        raise _store_error(error) from error


def _store_error(error: PyMongoError) -> StoreError:
    code = error.code if isinstance(error, OperationFailure) else None
    if code in TOO_LARGE_CODES:
        return UnstorableError(str(error))
    passing = isinstance(error, ConnectionFailure | ExecutionTimeout) or code in PASSING_CODES
    if passing or any(map(error.has_error_label, PASSING_LABELS)):
        return TransientStoreError(str(error))
    return StoreError(f"{type(error).__name__}: {error}")


def _bulk_error(error: BulkWriteError) -> StoreError:
    """Judge a bulk by its first failed write; one without any lost its write concern and wrote, perhaps, nothing."""
    failed = (error.details or {}).get("writeErrors") or [{}]
    code = failed[0].get("code")
    text = f"bulk write: code {code}: {failed[0].get('errmsg', '')}"
    if code in REFUSED_DOCUMENT_CODES:
        return UnstorableError(text)
    return TransientStoreError(text) if code is None or code in PASSING_CODES else StoreError(text)
