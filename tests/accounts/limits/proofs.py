"""Doing by hand the work that a browser does for a proof."""

import html
import json
import re

from altcha import v2


def solve(challenge: str) -> str:
    """The solution of a challenge (JSON) as a form sends it."""
    solved = v2.Challenge.from_dict(json.loads(challenge))
    found = v2.solve_challenge(solved)
    assert found is not None
    return v2.Payload(solved, found).to_base64()


def solve_page(page: str) -> str:
    """The solution of the challenge that ``page`` shows."""
    found = re.search(r'data-challenge="([^"]+)"', page)
    assert found, page
    return solve(html.unescape(found.group(1)))
