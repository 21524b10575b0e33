"""MongoDB as a child process: a replica set of one, because transactions and change streams need a replica set."""

from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from infra.local.engine import Engine
from infra.local.errors import EngineError
from infra.local.mongod import find_mongod
from infra.local.ports import HOST, accepts
from infra.local.process import ChildProcess

REPLICA_SET = "rs0"
CACHE_GB = 0.5
OPLOG_MB = 256
TRANSACTION_LIFETIME_S = 5
NOT_YET_INITIALIZED = 94  # MongoDB error code NotYetInitialized
PROBE_TIMEOUT_MS = 1_000


class MongoEngine(Engine):
    """One mongod that is the primary of its own replica set; data and log lie under `state_dir`.

    Args:
        state_dir: the directory for everything it writes.
        port: its port, 0 for a free one.
        fail_points: accept `configureFailPoint` (tests only).
        cache_gb: the storage engine's cache.
        port_setting: what a user changes when `port` is taken.

    """

    name = "mongo"

    def __init__(
        self,
        state_dir: Path,
        port: int = 0,
        *,
        fail_points: bool = False,
        cache_gb: float = CACHE_GB,
        port_setting: str = "port",
    ) -> None:
        super().__init__(state_dir, port, port_setting=port_setting)
        self._fail_points = fail_points
        self._cache_gb = cache_gb

    @property
    def uri(self) -> str:
        """The connection string clients use."""
        return f"mongodb://{HOST}:{self.port}/?replicaSet={REPLICA_SET}"

    def _prepare(self) -> list[str]:
        binary = find_mongod()
        data = self.home / "data"
        data.mkdir(parents=True, exist_ok=True)
        parameters = {
            # A killed or frozen worker holds its open transaction's locks for this long, 60 s by default.
            "transactionLifetimeLimitSeconds": str(TRANSACTION_LIFETIME_S),
            "diagnosticDataCollectionEnabled": "false",
            **({"enableTestCommands": "1"} if self._fail_points else {}),
        }
        command = [str(binary), "--dbpath", str(data), "--port", str(self.port), "--bind_ip", HOST]
        command += ["--replSet", REPLICA_SET, "--oplogSize", str(OPLOG_MB)]
        command += ["--wiredTigerCacheSizeGB", str(self._cache_gb), "--nounixsocket", "--quiet"]
        for key, value in parameters.items():
            command += ["--setParameter", f"{key}={value}"]
        return command

    def _wait_until_serving(self, process: ChildProcess, timeout_s: float) -> None:
        process.wait_ready(lambda: accepts(self.port), timeout_s)
        with self._direct_client() as client:
            process.wait_ready(lambda: self._form_replica_set(client), timeout_s)
            process.wait_ready(lambda: _is_primary(client), timeout_s)

    def _direct_client(self) -> MongoClient[dict[str, Any]]:
        return MongoClient(HOST, self.port, directConnection=True, serverSelectionTimeoutMS=PROBE_TIMEOUT_MS)

    def _form_replica_set(self, client: MongoClient[dict[str, Any]]) -> bool:
        """Initiate the set, or move it to our port; True when it has the form we want."""
        address = f"{HOST}:{self.port}"
        admin = client.admin
        try:
            config = admin.command("replSetGetConfig")["config"]
            if [member["host"] for member in config["members"]] == [address]:
                return True
            # This data directory was last used on another port: the node no longer finds itself in the set.
            config["members"] = [{**config["members"][0], "host": address}]
            config["version"] += 1
            admin.command("replSetReconfig", config, force=True)
        except OperationFailure as error:
            if error.code != NOT_YET_INITIALIZED:
                raise EngineError(f"mongo refused its replica set configuration: {error}") from error
            admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [{"_id": 0, "host": address}]})
        except PyMongoError:
            return False  # not up yet; the deadline is the caller's
        return True


def _is_primary(client: MongoClient[dict[str, Any]]) -> bool:
    try:
        return bool(client.admin.command("hello").get("isWritablePrimary"))
    except PyMongoError:
        return False
