"""Pages of a counselor, who sees one class."""

from django.urls import reverse

from tests.journeys.pages.acts import say_why
from tests.journeys.pages.addresses import class_page, people_page, staff_record
from tests.journeys.pages.page import Page

COUNSELORS = [
    Page("board of a counselor", reverse("support:board"), "class_counselor"),
    Page("class of a counselor", class_page, "class_counselor", "wang_record"),
    Page("today, a counselor", reverse("today"), "class_counselor"),
    Page("everybody of a class", people_page, "class_counselor", "wang_record"),
    Page("handed on by a counselor, none", reverse("support:handed_on"), "class_counselor"),
    Page("reports of a counselor, none", reverse("support:queue"), "class_counselor"),
    Page("find a record, counselor", reverse("registry:search"), "class_counselor"),
    Page("record for a counselor", staff_record, "class_counselor", "wang_record", act=say_why),
    Page(
        "vouch",
        lambda asked: reverse("verification:vouch", args=[asked.pk]),
        "class_counselor",
        "asked_to_vouch",
    ),
    Page("notices of a counselor", reverse("accounts:notices"), "class_counselor"),
    Page(
        "report for a counselor",
        lambda made: reverse("support:queue_report", args=[made.key]),
        "class_counselor",
        "wang_problem",
    ),
]
