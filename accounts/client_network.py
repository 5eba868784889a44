"""What is kept of a client: its network, whole for counting and masked for reading, its browser."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.http import HttpRequest

USER_AGENT_LENGTH = 200
IPV6_GROUPS_SHOWN = 3  # the site prefix (RFC 4291, RFC 6177)
IPV6_HOME = 64  # bits of the network that one household or machine is given (RFC 6177)


def network_of(address: str) -> str:
    """Under which ``address`` is counted: itself for IPv4, its /64 for IPv6.

    Whoever has an IPv6 address has 2^64 of them. Text that is no address stays as it is.
    """
    parsed = _parse(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, IPV6_HOME), strict=False))
    return str(parsed) if parsed else address


def one_spelling(address: str) -> str:
    """``address`` as it is kept and searched: without IPv6 clothes, in the short form."""
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
    """The name that the browser gives itself, cut to what is kept; control characters are dropped.

    PostgreSQL keeps no NUL, and a line of a log has no use for the others.
    """
    given = request.headers.get("user-agent", "")[:USER_AGENT_LENGTH]
    return "".join(filter(str.isprintable, given))


def _parse(address: str) -> IPv4Address | IPv6Address | None:
    """``address``, an IPv4 address in IPv6 clothes as the one it is."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed
