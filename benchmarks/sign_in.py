"""Signing in with a password, against the bare password hash.

``make bench-sign_in``, or with another number of people a round ``ARGS="--rows 20"``. Each person
sends the form of the sign-in page, from an address of their own, through all middleware in this
process; the other side only checks as many passwords.
"""

from collections.abc import Iterator

from benchmarks.tools.harness import (
    CLEAN_ROUNDS,
    MAX_ROUNDS,
    Cost,
    Side,
    compare,
    exit_with,
    measured,
    own_portal,
    sizes,
    tell,
)

PEOPLE = 60
GOAL = 0.85


def main() -> int:
    """Print both rates and their ratio; 1 when the goal is missed or the run inconclusive."""
    people = sizes(PEOPLE, "people a round").parse_args().rows
    with own_portal():
        return 0 if _measure(people) else 1


def _measure(people: int) -> bool:
    from django.contrib.auth.hashers import check_password, make_password
    from django.core.management import call_command
    from django.test import Client
    from django.urls import reverse

    from tests.people import PASSWORD, make_account

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    call_command("compile_messages", verbosity=0)
    page, encoded = reverse("account_login"), make_password(PASSWORD)
    client = Client(headers={"host": "localhost"})  # one: each loads all middleware
    waiting: Iterator[int] = iter(range((MAX_ROUNDS + 1) * people))

    def sign_in(number: int) -> None:
        client.cookies.clear()
        form = {"login": f"{number}@example.org", "password": PASSWORD}
        answer = client.post(page, form, REMOTE_ADDR=_address(number))
        assert answer.status_code == 302, answer.status_code
        assert "session" in client.cookies, "not signed in"

    def sign_in_everybody() -> None:
        for _ in range(people):
            sign_in(next(waiting))

    def hash_everybody() -> None:
        for _ in range(people):
            assert check_password(PASSWORD, encoded)

    def round_of_sign_ins() -> Cost:
        for number in range(made[0], made[0] + people):
            make_account(f"{number}@example.org")
        made[0] += people
        return measured(sign_in_everybody)

    made = [0]
    round_of_sign_ins()  # loads what is loaded at first use
    tell(f"{people} people a round, {CLEAN_ROUNDS} rounds, one after the other")
    sides = [
        Side("sign-ins", round_of_sign_ins),
        Side("bare hashes", lambda: measured(hash_everybody)),
    ]
    return bool(compare(*sides, amount=people, goal=GOAL))


def _address(number: int) -> str:
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


if __name__ == "__main__":
    exit_with(main)
