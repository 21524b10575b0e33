"""The driver's errors in the store's words: passing, unstorable, or neither; never a driver's own."""

from __future__ import annotations

import pytest
from bson.errors import InvalidDocument, InvalidStringData
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConfigurationError,
    DocumentTooLarge,
    DuplicateKeyError,
    ExecutionTimeout,
    InvalidOperation,
    NetworkTimeout,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
)

from services.chassis.mongo_errors import PASSING_CODES, TOO_LARGE_CODES, translated_errors
from services.chassis.store import StoreError, TransientStoreError, UnstorableError


def bulk(*codes: int) -> BulkWriteError:
    return BulkWriteError({"writeErrors": [{"code": code, "errmsg": "why"} for code in codes]})


def labelled(error: PyMongoError, label: str) -> PyMongoError:
    error._add_error_label(label)
    return error


PASSING = [
    AutoReconnect("gone"),
    NetworkTimeout("slow"),
    NotPrimaryError("stepped down"),
    ServerSelectionTimeoutError("none there"),
    WaitQueueTimeoutError("pool"),
    ExecutionTimeout("slow", 50),
    DuplicateKeyError("twice", 11000),
    labelled(OperationFailure("any", 290), "TransientTransactionError"),
    labelled(OperationFailure("any", 262), "RetryableWriteError"),
    bulk(11000),
    bulk(112),
    bulk(),
    *(OperationFailure("passing", code) for code in sorted(PASSING_CODES)),
]
UNSTORABLE = [
    DocumentTooLarge("too large"),
    InvalidDocument("no such type"),
    InvalidStringData("no text"),
    OverflowError("over 64 bit"),
    UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
    bulk(2),
    bulk(121, 11000),
    *(OperationFailure("too large", code) for code in sorted(TOO_LARGE_CODES)),
    *(bulk(code) for code in sorted(TOO_LARGE_CODES)),
]
OTHERS = [
    OperationFailure("unauthorized", 13),
    OperationFailure("bad query", 2),
    OperationFailure("no code"),
    InvalidOperation("client is closed"),
    ConfigurationError("wrong option"),
    bulk(13),
]


def translated(error: Exception) -> StoreError:
    with pytest.raises(StoreError) as raised, translated_errors():
        raise error
    assert raised.value.__cause__ is error
    return raised.value


@pytest.mark.parametrize("error", PASSING, ids=repr)
def test_what_may_pass(error: Exception) -> None:
    assert type(translated(error)) is TransientStoreError


@pytest.mark.parametrize("error", UNSTORABLE, ids=repr)
def test_what_cannot_be_stored(error: Exception) -> None:
    assert type(translated(error)) is UnstorableError


@pytest.mark.parametrize("error", OTHERS, ids=repr)
def test_what_is_neither(error: Exception) -> None:
    """Neither tried again nor taken for poison: a worker exits, a request gets a 500."""
    assert type(translated(error)) is StoreError


@pytest.mark.parametrize("error", [KeyError("a handler's own"), TransientStoreError("ours already")])
def test_other_errors_pass_through(error: Exception) -> None:
    with pytest.raises(type(error)) as raised, translated_errors():
        raise error
    assert raised.value is error
