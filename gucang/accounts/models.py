"""People who sign in, and what they are in each company: members, departments, roles, tokens."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.kernel.actors import Actor
from gucang.kernel.models import CompanyModel, PhoneField, Record, Reference, TagsField


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:
        """A person who can sign in. Without a password only an invitation, a reset or a passkey lets them in.

        Whoever makes a person vouches for the address, so it counts as confirmed: allauth would otherwise drop it as
        soon as a change to another one begins.
        """
        from allauth.account.models import EmailAddress  # allauth's models need this one first

        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


def _same_spelling(password: Any) -> Any:
    """One spelling of what looks the same: keyboards and systems compose letters differently."""
    return unicodedata.normalize("NFC", password) if isinstance(password, str) else password


class Theme(models.TextChoices):
    SYSTEM = "system", _("as the device")
    LIGHT = "light", _("light")
    DARK = "dark", _("dark")


class User(AbstractBaseUser):
    """A person, once, whatever the number of companies. A platform table."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=60)
    is_active = models.BooleanField(default=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    theme = models.CharField(_("theme"), max_length=10, choices=Theme, default=Theme.SYSTEM)
    large_text = models.BooleanField(_("large text"), default=False)
    single_keys = models.BooleanField(_("keys of one letter"), default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")

    def __str__(self) -> str:
        return self.name or self.email

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(_same_spelling(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        return super().check_password(_same_spelling(raw_password))

    def get_short_name(self) -> str:
        return self.name

    # Django's own rights are not used: rights come from a member's roles.
    is_staff = False
    is_superuser = False

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class SecurityEvent(models.Model):
    """Sign-ins, refusals, changed factors, revoked sessions. A platform table: a failed sign-in has no company."""

    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=40)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    company_id = models.BigIntegerField(null=True)
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=200, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("security event")
        indexes = [models.Index(fields=["user", "-at"], name="security_by_user")]


class SetupLink(models.Model):
    """The one-time link to the first company, while nobody can sign in. A platform table: no company exists yet."""

    key_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("set-up link")


class Department(Record):
    """A department in the company's tree."""

    setup = True

    name = models.CharField(_("name"), max_length=60)
    parent = Reference("accounts.Department", verbose_name=_("part of"), null=True, blank=True, related_name="children")
    head = Reference(
        "accounts.Member", verbose_name=_("head of department"), null=True, blank=True, related_name="heads"
    )

    class Meta(Record.Meta):
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "parent", "name"],
                condition=models.Q(deleted_at=None),
                nulls_distinct=False,
                name="one_department_name",
                violation_error_message=_("There is already a department with this name here."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a circle: a department cannot lie below itself."""
        above, steps = self.parent, 0
        while above is not None and self.pk is not None:
            if above.pk == self.pk or steps > MAX_DEPTH:
                raise ValidationError(
                    {"parent": _("%(name)s lies below this department; choose another one.") % {"name": self.parent}}
                )
            above, steps = above.parent, steps + 1


MAX_DEPTH = 50


class Home(models.TextChoices):
    SALES = "sales", _("salesperson")
    MANAGER = "manager", _("sales manager")
    SERVICE = "service", _("service")
    FINANCE = "finance", _("finance")
    WAREHOUSE = "warehouse", pgettext_lazy("home page", "warehouse")
    EXECUTIVE = "executive", _("executive")
    AUDITOR = "auditor", _("auditor")
    ADMIN = "admin", _("administrator")


class Role(Record):
    """A set of grants (`{permission: reach}`) and field rules (`{"record.field": {inside, within, beyond}}`).

    A built-in role has a `key`, and in `builtin` what the program last gave it, so that a new version can add
    what is new without undoing what the company changed.
    """

    setup = True

    name = models.CharField(_("name"), max_length=60)
    key = models.SlugField(max_length=40, blank=True, editable=False)
    description = models.TextField(_("description"), blank=True)
    home = models.CharField(_("home page"), max_length=20, choices=Home, default=Home.SALES)
    grants = models.JSONField(_("grants"), default=dict, blank=True)
    field_rules = models.JSONField(_("field rules"), default=dict, blank=True)
    builtin = models.JSONField(default=dict, blank=True, editable=False)

    derived_fields: ClassVar[tuple[str, ...]] = ("builtin",)

    # Only on the record that `role.copy` returns.
    copied: Role

    class Meta(Record.Meta):
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "name"],
                condition=models.Q(deleted_at=None),
                name="one_role_name",
                violation_error_message=_("There is already a role with this name."),
            ),
            models.UniqueConstraint(fields=["company", "key"], condition=~models.Q(key=""), name="one_builtin_role"),
        ]

    def __str__(self) -> str:
        return self.name


class Status(models.TextChoices):
    TRAINEE = "trainee", pgettext_lazy("member", "trainee")
    PROBATION = "probation", pgettext_lazy("member", "probation")
    ACTIVE = "active", pgettext_lazy("member", "active")
    LEFT = "left", pgettext_lazy("member", "left")


class Member(Record):
    """A person in this company."""

    setup = True

    # `gucang_companies_of` reads this table across companies as its owner; the app role stays bound by the policy.
    forced_rows = False

    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=60)
    name_key = models.CharField(max_length=64, blank=True, editable=False)
    position = models.CharField(_("position"), max_length=60, blank=True)
    department = Reference(Department, verbose_name=_("department"), null=True, blank=True, related_name="members")
    manager = Reference("accounts.Member", verbose_name=_("manager"), null=True, blank=True, related_name="reports")
    email = models.EmailField(_("e-mail"), blank=True)
    phone = PhoneField(_("phone"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    joined_on = models.DateField(_("joined on"), null=True, blank=True)
    # Written by member.leave and member.rejoin alone.
    left_on = models.DateField(_("left on"), null=True, blank=True, editable=False)
    # Raised whenever rights change, so that whatever was built from them is built anew.
    rights_version = models.PositiveIntegerField(default=1, editable=False)

    derived_fields: ClassVar[tuple[str, ...]] = ("name_key",)

    # Only on the record that `member.invite` returns.
    invitation_key: str

    class Meta(Record.Meta):
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "user"],
                condition=models.Q(user__isnull=False),
                name="one_member_a_person",
                violation_error_message=_("This person is already a member of the company."),
            )
        ]
        indexes = [models.Index(fields=["company", "department"], name="member_by_department")]

    def __str__(self) -> str:
        return self.name

    @property
    def may_work(self) -> bool:
        return self.status != Status.LEFT

    def derive(self) -> None:
        from gucang.kernel.text import pinyin_key

        self.name_key = pinyin_key(self.name, person=True)

    def as_actor(self) -> Actor:
        from gucang.accounts.actors import actor_for

        return actor_for(self)


class MemberRole(CompanyModel):
    """Which roles a member has."""

    setup = True

    member = Reference(Member, models.CASCADE, related_name="member_roles")
    role = Reference(Role, models.CASCADE, related_name="member_roles")

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "member", "role"], name="one_role_once")]


class Invitation(CompanyModel):
    """An invitation to become a member; its link is used once and ends by date.

    The link's key is made from `nonce` and the secret key, so that a job can write the e-mail without carrying a
    secret, and a copy of the database opens nothing.
    """

    member = Reference(Member, related_name="invitations")
    email = models.EmailField()
    nonce = models.CharField(max_length=40)
    key_hash = models.CharField(max_length=64)
    invited_by = Reference(Member, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "key_hash"], name="one_invitation_key")]
        indexes = [models.Index(fields=["company", "member"], name="invitation_by_member")]


class Token(Record):
    """An API token of a member: a prefix to recognise it, the hash to check it, scopes and an end."""

    name = models.CharField(_("name"), max_length=60)
    member = Reference(Member, verbose_name=_("member"), related_name="tokens", editable=False)
    prefix = models.CharField(_("starts with"), max_length=12, editable=False)
    key_hash = models.CharField(max_length=64, editable=False)
    scopes = TagsField(verbose_name=_("scopes"), blank=False, help_text=_("“read”, “customer.*” or “customer.edit”."))
    expires_on = models.DateField(_("expires on"))
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    # Neither the hash nor each use is a change that the event log should show.
    derived_fields: ClassVar[tuple[str, ...]] = ("key_hash", "last_used_at")

    # Only on the record that `token.create` returns.
    key: str

    class Meta(Record.Meta):
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        constraints = [models.UniqueConstraint(fields=["company", "key_hash"], name="one_token_key")]
        indexes = [models.Index(fields=["company", "member"], name="token_by_member")]

    def __str__(self) -> str:
        return self.name


def hash_key(key: str) -> str:
    """The SHA-256 of a secret that is itself long and random, in hex: what is kept of tokens and links."""
    return hashlib.sha256(key.encode()).hexdigest()
