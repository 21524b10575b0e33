"""What happened, each with the full state after it. The version of the event is the version of that state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from services.certification.domain.certificate import Certificate
    from services.certification.domain.supplier import Supplier
    from services.certification.domain.verdict import PartVerdicts


@dataclass(frozen=True, slots=True)
class SupplierEvent:
    """Base of a supplier's events."""

    name: ClassVar[str]
    supplier: Supplier

    @property
    def aggregate_id(self) -> str:
        """The supplier's id."""
        return self.supplier.supplier_id

    @property
    def version(self) -> int:
        """The supplier's version after the event."""
        return self.supplier.version


class SupplierRegistered(SupplierEvent):
    """An organisation became a supplier."""

    __slots__ = ()
    name = "registered"


class SupplierChanged(SupplierEvent):
    """Name or sites changed."""

    __slots__ = ()
    name = "changed"


@dataclass(frozen=True, slots=True)
class CertificateEvent:
    """Base of a certificate's events."""

    name: ClassVar[str]
    certificate: Certificate

    @property
    def aggregate_id(self) -> str:
        """The certificate's id."""
        return self.certificate.certificate_id

    @property
    def version(self) -> int:
        """The certificate's version after the event."""
        return self.certificate.version


class CertificateRecorded(CertificateEvent):
    """A supplier recorded a certificate."""

    __slots__ = ()
    name = "recorded"


class CertificateSuspended(CertificateEvent):
    """The issuer suspended it."""

    __slots__ = ()
    name = "suspended"


class CertificateReinstated(CertificateEvent):
    """The issuer restored it."""

    __slots__ = ()
    name = "reinstated"


class CertificateWithdrawn(CertificateEvent):
    """The issuer withdrew it for good."""

    __slots__ = ()
    name = "withdrawn"


@dataclass(frozen=True, slots=True)
class PartVerdictChanged:
    """A verdict of a part is another than before, or the first one."""

    name: ClassVar[str] = "verdict-changed"
    part: PartVerdicts

    @property
    def aggregate_id(self) -> str:
        """The part's id."""
        return self.part.part_id

    @property
    def version(self) -> int:
        """The version of the part's verdicts after the event."""
        return self.part.version
