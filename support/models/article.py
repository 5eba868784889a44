"""Help articles, their versions, and how they fare."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from enrollment.models import Institution


class Topic(models.TextChoices):
    """The parts of the help centre, in reading order."""

    ACCOUNT = "account", _("Account and signing in")
    CONTACTS = "contacts", _("Phone and email")
    VERIFY = "verify", _("Verifying my identity")
    CHECK = "check", _("Checking my record")
    PROBLEMS = "problems", _("When something is wrong")
    STAFF = "staff", _("For registrars and counselors")


class Article(models.Model):
    """One question and its answer, in Markdown, Chinese and English side by side.

    An article of an institution is read by its own people, in place of the
    common article with the same slug. ``grams`` are what the search compares
    (``support.help.ngrams``). Texts of a fresh portal come from
    ``support/handbook``; ``version`` 1 without an author is such a text.
    """

    slug = models.SlugField(max_length=50)
    institution = models.ForeignKey(
        Institution, on_delete=models.CASCADE, null=True, blank=True, related_name="articles"
    )
    topic = models.CharField(max_length=10, choices=Topic.choices)
    position = models.PositiveSmallIntegerField(default=1000)
    title = models.CharField(max_length=80)
    title_en = models.CharField(max_length=120, blank=True)
    body = models.TextField(max_length=20_000)
    body_en = models.TextField(max_length=20_000, blank=True)
    keywords = models.CharField(max_length=300, blank=True)
    grams = ArrayField(models.CharField(max_length=40), default=list)
    version = models.PositiveIntegerField(default=1)
    revised_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True)  # only its editors read it since

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "institution"],
                name="one_article_per_slug",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(topic__in=Topic.values), name="article_topic_is_known"
            ),
        ]
        indexes = [GinIndex(fields=["grams"], name="article_grams")]

    def __str__(self) -> str:
        return self.slug


class ArticleVersion(models.Model):
    """What an article said from ``made_at`` on; ``author`` is empty for a text we shipped."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=80)
    title_en = models.CharField(max_length=120, blank=True)
    body = models.TextField()
    body_en = models.TextField(blank=True)
    keywords = models.CharField(max_length=300, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="one_version_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.article_id} v{self.number}"


class ArticleTally(models.Model):
    """How often an article was read on one day, and whether it helped."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="tallies")
    day = models.DateField()
    reads = models.PositiveIntegerField(default=0)
    helped = models.PositiveIntegerField(default=0)
    not_helped = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "day"], name="one_tally_per_day")]

    def __str__(self) -> str:
        return f"{self.article_id} on {self.day}"
