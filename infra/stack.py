"""What runs: the services, their roles and ports, and the environment each process gets. One source for all.

`make run` starts these processes by `infra/local`, `docker-compose.yml` in containers; a test compares both with
this table and with the settings the processes really read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Role = Literal["api", "worker", "relay", "courier"]
ROLES: Final[tuple[Role, ...]] = ("api", "worker", "relay", "courier")


@dataclass(frozen=True, slots=True)
class ServicePorts:
    """Ports of one service on one machine."""

    name: str
    api: int
    worker: int
    relay: int
    courier: int | None = None
    """None where the service calls no partner: then it has no courier."""

    def of(self, role: Role) -> int:
        """Return the port on which a role answers (API, or health alone)."""
        ports: dict[Role, int | None] = {
            "api": self.api,
            "worker": self.worker,
            "relay": self.relay,
            "courier": self.courier,
        }
        port = ports[role]
        if port is None:
            raise LookupError(f"{self.name} has no {role}")
        return port


SERVICES: Final = (
    ServicePorts("identity", api=8001, worker=8101, relay=8201),
    ServicePorts("footprints", api=8002, worker=8102, relay=8202, courier=8302),
    ServicePorts("certification", api=8003, worker=8103, relay=8203),
    ServicePorts("recycling", api=8004, worker=8104, relay=8204),
)
CONSUMERLESS: Final = frozenset({"identity"})
"""Services that read no topic: they have no worker."""
DATABASE_PREFIX: Final = "tierloop"
"""What the databases' names begin with, unless a setting says otherwise."""


def roles_of(service: str) -> tuple[Role, ...]:
    """Return the roles a service really has."""
    couriers = {ports.name for ports in SERVICES if ports.courier is not None}
    missing = {"worker": service in CONSUMERLESS, "courier": service not in couriers}
    return tuple(role for role in ROLES if not missing.get(role, False))


def shared_environment(mongo_uri: str, kafka_bootstrap: str, issuer: str) -> dict[str, str]:
    """Return what every process is told; `issuer` is the identity service's public base URL."""
    return {
        "TIERLOOP_MONGO_URI": mongo_uri,
        "TIERLOOP_KAFKA_BOOTSTRAP": kafka_bootstrap,
        "TIERLOOP_TOKEN_ISSUER": issuer,
        "TIERLOOP_TOKEN_URL": f"{issuer}/auth/token",
        "TIERLOOP_JWKS_URL": f"{issuer}/.well-known/jwks.json",
    }


def service_environment(ports: ServicePorts, public_base_url: str) -> dict[str, str]:
    """Return what the processes of one service are told besides."""
    prefix = f"TIERLOOP_{ports.name.upper()}_"
    environment = {
        f"{prefix}HTTP_PORT": str(ports.api),
        f"{prefix}WORKER_PORT": str(ports.worker),
        f"{prefix}RELAY_PORT": str(ports.relay),
        f"{prefix}PUBLIC_BASE_URL": public_base_url,
    }
    if ports.courier is not None:
        environment[f"{prefix}COURIER_PORT"] = str(ports.courier)
    return environment


def database_name(service: str, prefix: str = DATABASE_PREFIX) -> str:
    """Return the name of the database that a service owns."""
    return f"{prefix}_{service}"


def database_environment(prefix: str) -> dict[str, str]:
    """Return what tells every service to keep its data under another prefix, beside other systems on one server."""
    return {f"TIERLOOP_{ports.name.upper()}_MONGO_DATABASE": database_name(ports.name, prefix) for ports in SERVICES}
