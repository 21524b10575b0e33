"""HTTP to hosts that others named: checked addresses, verified TLS, no redirects, limits. Import from here."""

from services.chassis.http_out.addresses import TargetPolicy, TargetRefusedError, read_networks
from services.chassis.http_out.client import Answer, OutboundClient, OutboundError, OutboundLimits

__all__ = [
    "Answer",
    "OutboundClient",
    "OutboundError",
    "OutboundLimits",
    "TargetPolicy",
    "TargetRefusedError",
    "read_networks",
]
