"""A registrar names another school in a field, an address or a file, instead of their own."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from enrollment.imports.tokens.services import create_token
from enrollment.models import (
    Appointment,
    ImportBatch,
    ImportToken,
    Institution,
    InstitutionRegistrar,
    SchoolClass,
    TokenRight,
)
from tests.people import enter, make_account, make_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(db: None) -> Institution:
    return make_school("10002", "乙校")


@pytest.fixture
def intruder(other: Institution) -> User:
    """The registrar of the other school, who wants something of 明德示范大学."""
    user = make_account("intruder@example.org", roles=(Role.REGISTRAR, Role.COUNSELOR))
    InstitutionRegistrar.objects.create(user=user, institution=other)
    return user


@pytest.mark.parametrize("code", ["19998", "１９９９８", "19998 ", "%2031998", "19998/../10002"])
@pytest.mark.parametrize(
    "page", ["registry:rules", "support:school_board", "support:college_board"]
)
def test_a_school_by_another_spelling_of_its_code_is_not_found(
    page: str, code: str, intruder: User
) -> None:
    make_school()
    address = reverse(page, args=["00000"]).replace("00000", code)
    assert enter(intruder).get(address).status_code == 404


def test_a_class_is_not_merged_into_another_schools(intruder: User, other: Institution) -> None:
    mine = SchoolClass.objects.create(institution=other, code="一班")
    theirs = SchoolClass.objects.create(institution=make_school(), code="一班")
    desk = enter(intruder)
    desk.post(reverse("registry:merge_class", args=[mine.pk]), {"into": theirs.pk})
    assert (
        desk.post(reverse("registry:merge_class", args=[theirs.pk]), {"into": mine.pk}).status_code
        == 404
    )
    assert SchoolClass.objects.filter(code="一班").count() == 2


def test_nothing_is_made_at_another_school_by_naming_it(intruder: User, other: Institution) -> None:
    home, desk = make_school(), enter(intruder)
    theirs = SchoolClass.objects.create(institution=home, code="一班")
    file = SimpleUploadedFile("a.csv", "班级,账号\n一班,x@example.org\n".encode())
    desk.post(reverse("registry:assign_by_file"), {"institution": home.pk, "file": file})
    desk.post(reverse("registry:assign_counselor", args=[theirs.pk]), {"login": "x@example.org"})
    desk.post(reverse("registry:classes"), {"institution": home.pk, "code": "二班", "college": "x"})
    token = {"institution": home.pk, "name": "x", "right": TokenRight.PUBLISH, "days": 30}
    desk.post(reverse("registry:new_token"), token)
    upload = SimpleUploadedFile("a.csv", "姓名,学号\n王明,1\n".encode())
    desk.post(reverse("registry:imports"), {"institution": home.pk, "file": upload})
    assert not Appointment.objects.exists()
    assert not SchoolClass.objects.filter(code="二班").exists()
    assert not ImportToken.objects.exists()
    assert not ImportBatch.objects.filter(institution=home).exists()


def test_a_token_reads_and_publishes_no_import_of_another(
    intruder: User, other: Institution, checked_import: ImportBatch
) -> None:
    made = create_token(institution=other, name="x", right=TokenRight.PUBLISH, days=30, by=intruder)
    headers = {"authorization": f"Bearer {made[1]}"}
    for page, method in (("import_api:state", "get"), ("import_api:publish", "post")):
        ask = getattr(Client(headers=headers), method)
        assert ask(reverse(page, args=[checked_import.key])).status_code == 404


def test_a_dismissed_registrars_token_opens_nothing(intruder: User, other: Institution) -> None:
    made = create_token(institution=other, name="x", right=TokenRight.PUBLISH, days=30, by=intruder)
    InstitutionRegistrar.objects.filter(user=intruder).delete()
    file = SimpleUploadedFile("a.csv", "姓名,学号\n王明,1\n".encode())
    answer = Client(headers={"authorization": f"Bearer {made[1]}"}).post(
        reverse("import_api:receive"), {"file": file}
    )
    assert answer.status_code in {401, 403}


@pytest.mark.parametrize("words", ["?institution=19998", "?school=19998", "?code=19998&q=王"])
@pytest.mark.parametrize(
    "page", ["support:queue", "registry:search", "registry:export", "verification:disputes"]
)
def test_a_filter_that_names_another_school_shows_nothing_of_it(
    page: str, words: str, intruder: User, wang_record: object
) -> None:
    answer = enter(intruder).get(reverse(page) + words)
    assert "王明" not in answer.content.decode()
