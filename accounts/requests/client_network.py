"""Client data that is stored: networks for counting, masked forms for display, and the browser."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.http import HttpRequest

USER_AGENT_LENGTH = 200
IPV6_GROUPS_SHOWN = 3  # the site prefix (RFC 4291, RFC 6177)
IPV6_PREFIX_BITS = 64  # prefix length assigned to one household or machine (RFC 6177)


def network_of(address: str) -> str:
    """The network under which ``address`` is counted: itself for IPv4, its /64 for IPv6.

    A single IPv6 user has 2^64 addresses. Text that is no address is returned unchanged.
    """
    parsed = _parse(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, IPV6_PREFIX_BITS), strict=False))
    return str(parsed) if parsed else address


def canonical_address(address: str) -> str:
    """``address`` in canonical form: short, and IPv4-mapped IPv6 as IPv4."""
    parsed = _parse(address)
    return str(parsed) if parsed else address


def is_within(address: str, networks: list[str]) -> bool:
    """Whether ``address`` belongs to one of ``networks``."""
    parsed = _parse(address)
    return parsed is not None and any(parsed in ip_network(network) for network in networks)


def masked_network(address: str) -> str:
    """``203.0.113.*`` for an IPv4 address, ``2001:db8:1:*`` for IPv6; empty for anything else."""
    parsed = _parse(address)
    if isinstance(parsed, IPv4Address):
        return ".".join(str(parsed).split(".")[:3]) + ".*"
    if parsed is None:
        return ""
    groups = parsed.exploded.split(":")[:IPV6_GROUPS_SHOWN]
    return ":".join(f"{int(group, 16):x}" for group in groups) + ":*"


def user_agent_of(request: HttpRequest) -> str:
    """The browser's User-Agent, shortened and without control characters.

    PostgreSQL does not store NUL, and control characters do not belong in a log.
    """
    given = request.headers.get("user-agent", "")[:USER_AGENT_LENGTH]
    return "".join(filter(str.isprintable, given))


def _parse(address: str) -> IPv4Address | IPv6Address | None:
    """The parsed ``address`` (IPv4-mapped IPv6 as IPv4), or None."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed
