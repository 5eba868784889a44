"""Claims as migrations 1 to 7 leave them, for a new database."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import database.random_keys
from database.create_models import CreateModels


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("verification", "0001_attempts_and_claims"),
        ("verification", "0002_disputes"),
        ("verification", "0003_stated_school"),
        ("verification", "0004_claims_by_series"),
        ("verification", "0005_claims_by_school"),
        ("verification", "0006_who_assisted"),
        ("verification", "0007_keys_of_128_bits"),
    ]

    dependencies = [
        ("enrollment", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            models=[
                migrations.CreateModel(
                    name="Claim",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("certificate_hash", models.BinaryField()),
                        (
                            "method",
                            models.CharField(
                                choices=[
                                    ("number", "By name and certificate alone"),
                                    ("self", "By name, certificate and third item"),
                                    (
                                        "phone",
                                        "By name, certificate and the phone the school knows",
                                    ),
                                    ("assisted", "Face to face with the school"),
                                    ("decided", "By the school's decision in a dispute"),
                                ],
                                max_length=10,
                            ),
                        ),
                        (
                            "claimed_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="claims",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("series", models.CharField(blank=True, db_default="", max_length=12)),
                        (
                            "institution_code",
                            models.CharField(blank=True, db_default="", max_length=5),
                        ),
                        ("item_hash", models.BinaryField(default=bytes)),
                        (
                            "assisted_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "method__in",
                                        ["number", "self", "phone", "assisted", "decided"],
                                    )
                                ),
                                name="claim_method_is_known",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at__isnull", True)),
                                fields=("certificate_hash", "series", "institution_code"),
                                name="one_account_per_certificate",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at__isnull", True)),
                                fields=("account", "institution_code"),
                                name="one_certificate_per_account",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="VerificationAttempt",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "key",
                            models.UUIDField(
                                default=database.random_keys.random_key, editable=False, unique=True
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "Not yet submitted"),
                                    ("third_item", "Waiting for the third item"),
                                    ("unmatched", "No match"),
                                    ("verified", "Verified"),
                                ],
                                default="draft",
                                max_length=12,
                            ),
                        ),
                        (
                            "outcome",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("matched", "Matched"),
                                    ("unknown_number", "Unknown Number"),
                                    ("wrong_name", "Wrong Name"),
                                    ("wrong_third_item", "Wrong Third Item"),
                                    ("already_claimed", "Already Claimed"),
                                    ("frozen", "Frozen"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("facts_sealed", models.BinaryField()),
                        ("certificate_hash", models.BinaryField()),
                        ("name_hash", models.BinaryField()),
                        ("prefix_hash", models.BinaryField()),
                        ("address_hash", models.BinaryField(default=bytes)),
                        (
                            "started_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        ("submitted_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="verification_attempts",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                fields=["account", "-submitted_at"], name="attempt_account"
                            ),
                            models.Index(fields=["name_hash", "submitted_at"], name="attempt_name"),
                            models.Index(
                                fields=["prefix_hash", "submitted_at"], name="attempt_prefix"
                            ),
                            models.Index(
                                fields=["address_hash", "submitted_at"], name="attempt_address"
                            ),
                            models.Index(
                                condition=models.Q(("state", "unmatched")),
                                fields=["certificate_hash"],
                                name="attempt_waiting",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ("draft", "third_item"))),
                                fields=("account",),
                                name="one_open_attempt_per_account",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["draft", "third_item", "unmatched", "verified"])
                                ),
                                name="attempt_state_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state", "draft"),
                                    ("submitted_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="decided_attempt_was_submitted",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AssistCode",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("code_hash", models.BinaryField(unique=True)),
                        ("expires_at", models.DateTimeField()),
                        (
                            "account",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Dispute",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "key",
                            models.UUIDField(
                                default=database.random_keys.random_key, editable=False, unique=True
                            ),
                        ),
                        ("certificate_hash", models.BinaryField()),
                        ("facts_sealed", models.BinaryField()),
                        ("statement_sealed", models.BinaryField(default=bytes)),
                        ("classmates", models.JSONField(blank=True, default=list)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "Being looked into"),
                                    ("withdrawn", "Withdrawn by you"),
                                    ("decided", "Decided"),
                                ],
                                default="open",
                                max_length=9,
                            ),
                        ),
                        (
                            "opened_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        ("looked_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "outcome",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("matched", "Matched"),
                                    ("unknown_number", "Unknown Number"),
                                    ("wrong_name", "Wrong Name"),
                                    ("wrong_third_item", "Wrong Third Item"),
                                    ("already_claimed", "Already Claimed"),
                                    ("frozen", "Frozen"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("institution_code", models.CharField(blank=True, max_length=5)),
                        ("holder_claimed_at", models.DateTimeField(blank=True, null=True)),
                        ("object_until", models.DateTimeField(blank=True, null=True)),
                        ("objection_sealed", models.BinaryField(default=bytes)),
                        ("objected_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "decision",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("claimant", "The person who opened the dispute is right"),
                                    ("holder", "The present holder is right"),
                                    ("neither", "Neither has proved to be this person"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("decided_at", models.DateTimeField(blank=True, null=True)),
                        ("reason_sealed", models.BinaryField(default=bytes)),
                        (
                            "claimant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="disputes",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "holder",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="disputed_holdings",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("stated_school", models.CharField(blank=True, max_length=5)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "open")),
                                fields=["institution_code", "opened_at"],
                                name="dispute_queue",
                            ),
                            models.Index(fields=["certificate_hash"], name="dispute_certificate"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "open")),
                                fields=("claimant",),
                                name="one_open_dispute_per_account",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["open", "withdrawn", "decided"])),
                                name="dispute_state_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "decided"), _negated=True),
                                    models.Q(
                                        ("decision__in", ["claimant", "holder", "neither"]),
                                        ("decided_at__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="decided_dispute_has_a_decision",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Vouch",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("answer", models.BooleanField(null=True)),
                        ("answered_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "dispute",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="vouches",
                                to="verification.dispute",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("dispute", "account"), name="one_vouch_per_account"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ClaimAlert",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "key",
                            models.UUIDField(
                                default=database.random_keys.random_key, editable=False, unique=True
                            ),
                        ),
                        ("institution_code", models.CharField(max_length=5)),
                        (
                            "made_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        ("objected_at", models.DateTimeField(blank=True, null=True)),
                        ("settled_at", models.DateTimeField(blank=True, null=True)),
                        ("taken_back", models.BooleanField(null=True)),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "record",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="enrollment.studentrecord",
                            ),
                        ),
                        (
                            "settled_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("objected_at__isnull", False)),
                                fields=["institution_code", "objected_at"],
                                name="claim_objections",
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
