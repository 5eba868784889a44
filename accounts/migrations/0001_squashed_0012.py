"""Accounts as migrations 1 to 12 leave them, for a new database; one that has some goes on with them."""

import uuid

import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.utils.timezone
import phonenumber_field.modelfields
from django.conf import settings
from django.db import migrations, models

import accounts.models.user
from database.create_models import CreateModels


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("accounts", "0001_initial"),
        ("accounts", "0002_codes_limits_contacts"),
        ("accounts", "0003_security_events"),
        ("accounts", "0004_notices"),
        ("accounts", "0005_coming_in_again"),
        ("accounts", "0006_signed_in_by_code"),
        ("accounts", "0007_deletion"),
        ("accounts", "0008_rescue"),
        ("accounts", "0009_security_questions"),
        ("accounts", "0010_proofs"),
        ("accounts", "0011_language"),
        ("accounts", "0012_sessions"),
    ]

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        CreateModels(
            models=[
                migrations.CreateModel(
                    name="User",
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
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        (
                            "last_login",
                            models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                        ),
                        (
                            "is_superuser",
                            models.BooleanField(
                                default=False,
                                help_text="Designates that this user has all permissions without explicitly assigning them.",
                                verbose_name="superuser status",
                            ),
                        ),
                        ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        (
                            "username",
                            models.CharField(
                                blank=True,
                                max_length=64,
                                null=True,
                                unique=True,
                                validators=[
                                    django.contrib.auth.validators.UnicodeUsernameValidator()
                                ],
                                verbose_name="username",
                            ),
                        ),
                        (
                            "email",
                            models.EmailField(blank=True, max_length=254, verbose_name="email"),
                        ),
                        (
                            "phone",
                            phonenumber_field.modelfields.PhoneNumberField(
                                blank=True,
                                max_length=128,
                                null=True,
                                region=None,
                                verbose_name="mobile number",
                            ),
                        ),
                        ("phone_confirmed_at", models.DateTimeField(blank=True, null=True)),
                        ("is_staff", models.BooleanField(default=False)),
                        ("is_active", models.BooleanField(default=True)),
                        ("date_joined", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "groups",
                            models.ManyToManyField(
                                blank=True,
                                help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.group",
                                verbose_name="groups",
                            ),
                        ),
                        (
                            "user_permissions",
                            models.ManyToManyField(
                                blank=True,
                                help_text="Specific permissions for this user.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.permission",
                                verbose_name="user permissions",
                            ),
                        ),
                        ("deleted_at", models.DateTimeField(blank=True, null=True)),
                        ("deletion_due_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "language",
                            models.CharField(
                                default=accounts.models.user.language_spoken, max_length=10
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                django.db.models.functions.text.Lower("username"),
                                name="one_account_per_username",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("phone_confirmed_at__isnull", False)),
                                fields=("phone",),
                                name="one_account_per_confirmed_phone",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("phone_confirmed_at__isnull", True),
                                    ("phone__isnull", False),
                                    _connector="OR",
                                ),
                                name="confirmed_phone_is_set",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("deleted_at__isnull", True),
                                    models.Q(
                                        ("email", ""),
                                        ("is_active", False),
                                        ("password", ""),
                                        ("phone__isnull", True),
                                        ("username__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="deleted_account_is_empty",
                            ),
                        ],
                    },
                    managers=[
                        ("objects", django.contrib.auth.models.UserManager()),
                    ],
                ),
                migrations.CreateModel(
                    name="RoleGrant",
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
                            "role",
                            models.CharField(
                                choices=[
                                    ("counselor", "Counselor"),
                                    ("registrar", "Registrar"),
                                    ("auditor", "Auditor"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("granted_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="role_grants",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("user", "role"), name="one_grant_per_role"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("role__in", ["counselor", "registrar", "auditor"])
                                ),
                                name="granted_role_is_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ContactChange",
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
                        ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        (
                            "channel",
                            models.CharField(
                                choices=[("email", "Email"), ("sms", "Text message")], max_length=5
                            ),
                        ),
                        ("old_sealed", models.BinaryField()),
                        (
                            "made_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        ("undone_at", models.DateTimeField(null=True)),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="contact_changes",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="LimitHit",
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
                        ("action", models.CharField(max_length=20)),
                        ("subject", models.BinaryField()),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["action", "subject", "-at"], name="limit_hit")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Block",
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
                        ("subject", models.BinaryField()),
                        ("masked", models.CharField(max_length=80)),
                        (
                            "made_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        ("until", models.DateTimeField()),
                        ("lifted_at", models.DateTimeField(null=True)),
                        (
                            "account",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="blocks",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "lifted_by",
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
                            models.Index(fields=["subject", "-until"], name="block_subject")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Code",
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
                        ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        (
                            "purpose",
                            models.CharField(
                                choices=[
                                    ("bind_phone", "Bind Phone"),
                                    ("bind_email", "Bind Email"),
                                    ("sign_in", "Sign In"),
                                    ("reset_password", "Reset Password"),
                                    ("rescue", "Rescue"),
                                ],
                                max_length=16,
                            ),
                        ),
                        (
                            "channel",
                            models.CharField(
                                choices=[("email", "Email"), ("sms", "Text message")], max_length=5
                            ),
                        ),
                        ("address_hash", models.BinaryField()),
                        ("address_sealed", models.BinaryField()),
                        ("nonce", models.BinaryField()),
                        ("is_decoy", models.BooleanField(default=False)),
                        ("tries", models.PositiveSmallIntegerField(default=0)),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        ("expires_at", models.DateTimeField()),
                        ("used_at", models.DateTimeField(null=True)),
                        ("closed_at", models.DateTimeField(null=True)),
                        (
                            "account",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="codes",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["expires_at"], name="code_expiry")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("used_at__isnull", True),
                                    ("closed_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="used_code_is_closed",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(
                                    ("closed_at__isnull", True),
                                    models.Q(
                                        ("purpose__in", ("sign_in", "reset_password")),
                                        _negated=True,
                                    ),
                                ),
                                fields=("account", "purpose"),
                                name="one_open_code_per_purpose",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("closed_at__isnull", True)),
                                fields=("account", "purpose", "address_hash"),
                                name="one_open_code_per_address",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("account__isnull", False),
                                    ("is_decoy", True),
                                    ("purpose", "rescue"),
                                    _connector="OR",
                                ),
                                name="code_of_nobody_is_decoy",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "purpose__in",
                                        [
                                            "bind_phone",
                                            "bind_email",
                                            "sign_in",
                                            "reset_password",
                                            "rescue",
                                        ],
                                    )
                                ),
                                name="code_purpose_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SecurityEvent",
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
                            "kind",
                            models.CharField(
                                choices=[
                                    ("signed_in", "Signed in"),
                                    ("signed_in_by_code", "Signed in with a code"),
                                    ("password_changed", "Password changed"),
                                    ("password_reset", "Password recovered by a code"),
                                    ("username_chosen", "Username chosen"),
                                    ("factor_added", "Second factor added"),
                                    ("factor_removed", "Second factor removed"),
                                    ("recovery_codes", "New recovery codes created"),
                                    ("contact_bound", "Phone or email linked"),
                                    ("deletion_asked", "Deletion of the account asked for"),
                                    ("deletion_cancelled", "Deletion of the account cancelled"),
                                    ("questions_chosen", "Security questions chosen"),
                                    ("questions_removed", "Security questions removed"),
                                    ("rescue_opened", "Recovered at the school, unless you object"),
                                    ("rescue_stopped", "Objected to the recovery"),
                                    ("contact_restored", "Change of phone or e-mail undone"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        ("user_agent", models.CharField(blank=True, max_length=200)),
                        ("network", models.CharField(blank=True, max_length=45)),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="security_events",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["account", "-at"], name="security_log")],
                    },
                ),
                migrations.CreateModel(
                    name="Notice",
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
                        ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("kind", models.CharField(max_length=40)),
                        ("path", models.CharField(max_length=200)),
                        ("detail", models.JSONField(blank=True, default=dict)),
                        (
                            "made_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        ("read_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "account",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="notices",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["account", "-id"], name="notice_newest"),
                            models.Index(
                                condition=models.Q(("read_at__isnull", True)),
                                fields=["account"],
                                name="notice_unread",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="NoticeChoice",
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
                            "topic",
                            models.CharField(
                                choices=[
                                    ("answers", "Answers to my reports"),
                                    ("record", "My record and what I confirmed"),
                                    ("reminders", "Reminders to check my record"),
                                    ("work", "Work that waits for me"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("email", models.BooleanField()),
                        ("sms", models.BooleanField()),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="notice_choices",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("account", "topic"), name="one_choice_per_topic"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("topic__in", ["answers", "record", "reminders", "work"])
                                ),
                                name="choice_topic_is_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ContactCheck",
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
                            "channel",
                            models.CharField(
                                choices=[("email", "Email"), ("sms", "Text message")], max_length=5
                            ),
                        ),
                        ("ask_again_at", models.DateTimeField()),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="contact_checks",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("account", "channel"), name="one_contact_check_per_channel"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Rescue",
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
                        ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        (
                            "channel",
                            models.CharField(
                                choices=[("email", "Email"), ("sms", "Text message")], max_length=5
                            ),
                        ),
                        ("contact_sealed", models.BinaryField()),
                        ("code_hash", models.BinaryField(null=True, unique=True)),
                        ("code_expires_at", models.DateTimeField(null=True)),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        ("desk", models.CharField(max_length=200)),
                        ("due_at", models.DateTimeField(null=True)),
                        ("objected_at", models.DateTimeField(null=True)),
                        ("failed_at", models.DateTimeField(null=True)),
                        ("done_at", models.DateTimeField(null=True)),
                        (
                            "account",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rescues",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "opened_by",
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
                            models.UniqueConstraint(
                                condition=models.Q(
                                    ("done_at", None), ("failed_at", None), ("objected_at", None)
                                ),
                                fields=("account",),
                                name="one_rescue_at_a_time",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("account", None), ("due_at", None)),
                                    models.Q(("account__isnull", False), ("code_hash", None)),
                                    _connector="OR",
                                ),
                                name="opened_rescue_has_no_code",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SecurityAnswer",
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
                            "question",
                            models.CharField(
                                choices=[
                                    (
                                        "first_teacher",
                                        "What was your first teacher in primary school called?",
                                    ),
                                    ("childhood_friend", "Who was your best friend as a child?"),
                                    ("first_book", "Which was the first book you loved?"),
                                    ("first_dish", "What was the first dish you learned to cook?"),
                                    ("childhood_dream", "What did you want to become as a child?"),
                                    (
                                        "first_journey",
                                        "Where did your first long journey take you?",
                                    ),
                                    ("favourite_place", "Where did you like to play as a child?"),
                                    ("first_pet", "What was your first pet called?"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("answer_hash", models.CharField(max_length=256)),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="security_answers",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("account", "question"), name="one_answer_per_question"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RedeemedProof",
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
                        ("signature", models.CharField(max_length=64, unique=True)),
                        ("expires_at", models.DateTimeField()),
                    ],
                    options={
                        "indexes": [models.Index(fields=["expires_at"], name="proof_expiry")],
                    },
                ),
                migrations.CreateModel(
                    name="Session",
                    fields=[
                        (
                            "session_key",
                            models.CharField(
                                max_length=40,
                                primary_key=True,
                                serialize=False,
                                verbose_name="session key",
                            ),
                        ),
                        ("session_data", models.TextField(verbose_name="session data")),
                        (
                            "expire_date",
                            models.DateTimeField(db_index=True, verbose_name="expire date"),
                        ),
                        (
                            "account",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="sessions",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "session",
                        "verbose_name_plural": "sessions",
                        "abstract": False,
                    },
                ),
            ],
        ),
    ]
