"""What the sides of a dispute do."""

from django.urls import reverse

from accounts.models import User
from tests.people import enter
from verification import disputes
from verification.claims import services as claims
from verification.facts import Facts
from verification.models import Dispute

PAGE = reverse("verification:dispute")
WORDS = "我没有注册过，有人用了我的身份证号。"


def state(account: User, name: str, number: str, item: str) -> None:
    """Ask for a record in vain."""
    claims.start_attempt(account=account, facts=Facts(name, "居民身份证", number, item))
    claims.submit_attempt(account=account)


def open_one(account: User, **more: object) -> Dispute:
    """Open a dispute in the browser and let the background look into it."""
    enter(account).post(PAGE, {"words": WORDS, **more})
    dispute = Dispute.objects.get(claimant=account)
    disputes.look_into(dispute)
    dispute.refresh_from_db()
    return dispute
