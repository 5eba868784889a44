"""The outbox as migrations 1 to 5 leave it, for a new database."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import database.random_keys
from database.create_models import CreateModels


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("delivery", "0001_outbox"),
        ("delivery", "0002_mail_domains"),
        ("delivery", "0003_texts_taken"),
        ("delivery", "0004_claimed_texts"),
        ("delivery", "0005_keys_of_128_bits"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            models=[
                migrations.CreateModel(
                    name="OutboxMessage",
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
                            "channel",
                            models.CharField(
                                choices=[("email", "Email"), ("sms", "Text message")], max_length=5
                            ),
                        ),
                        ("purpose", models.CharField(max_length=40)),
                        ("kind", models.CharField(blank=True, max_length=40)),
                        ("reference", models.CharField(blank=True, max_length=64)),
                        ("language", models.CharField(max_length=10)),
                        ("masked_recipient", models.CharField(max_length=80)),
                        ("sealed", models.BinaryField(blank=True, default=b"")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("queued", "Waiting to be sent"),
                                    ("sending", "Being sent"),
                                    ("sent", "Sent"),
                                    ("delivered", "Delivered"),
                                    ("failed", "Could not be sent"),
                                    ("unknown", "Sent, not yet confirmed"),
                                ],
                                default="queued",
                                max_length=9,
                            ),
                        ),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        (
                            "next_attempt_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        ("claimed_at", models.DateTimeField(null=True)),
                        ("handed_over_at", models.DateTimeField(null=True)),
                        ("sent_at", models.DateTimeField(null=True)),
                        ("settled_at", models.DateTimeField(null=True)),
                        ("provider", models.CharField(blank=True, max_length=40)),
                        ("provider_id", models.CharField(blank=True, max_length=200)),
                        ("error", models.CharField(blank=True, max_length=80)),
                        (
                            "account",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("domain", models.CharField(blank=True, db_default="", max_length=255)),
                        ("recipient_hash", models.BinaryField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("status", "queued")),
                                fields=["next_attempt_at"],
                                name="outbox_due",
                            ),
                            models.Index(
                                condition=models.Q(("status__in", ["sending", "unknown"])),
                                fields=["claimed_at"],
                                name="outbox_open",
                            ),
                            models.Index(fields=["kind", "reference"], name="outbox_reference"),
                            models.Index(
                                condition=models.Q(("provider_id", ""), _negated=True),
                                fields=["provider", "provider_id"],
                                name="outbox_provider_id",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "status__in",
                                        [
                                            "queued",
                                            "sending",
                                            "sent",
                                            "delivered",
                                            "failed",
                                            "unknown",
                                        ],
                                    )
                                ),
                                name="outbox_status_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("channel__in", ["email", "sms"])),
                                name="outbox_channel_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("status__in", ["sent", "delivered", "failed"]),
                                        _negated=True,
                                    ),
                                    ("sealed", b""),
                                    _connector="OR",
                                ),
                                name="outbox_blank_once_settled",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MailDomain",
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
                        ("name", models.CharField(max_length=255, unique=True)),
                        (
                            "window_started_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        ("in_window", models.PositiveIntegerField(default=0)),
                        ("refusals", models.PositiveSmallIntegerField(default=0)),
                        ("paused_until", models.DateTimeField(null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="ReturnedMail",
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
                        ("recipient_hash", models.BinaryField(unique=True)),
                        (
                            "returned_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        ("status", models.CharField(blank=True, max_length=20)),
                    ],
                ),
                migrations.CreateModel(
                    name="ClaimedTexts",
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
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField()),
                    ],
                    options={
                        "indexes": [models.Index(fields=["at"], name="claimed_texts_at")],
                    },
                ),
            ],
        ),
    ]
