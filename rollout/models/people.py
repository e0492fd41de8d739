"""Users and their memberships."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from rollout.choices import Role
from rollout.models.clients import Client, Rollout


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a user; without a password they can only come in by a link."""
        user: User = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make an administrator."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        """E-mail addresses are compared without regard to case."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can come in: by password, passkey or code, or (technicians) by a link to one visit."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField("name", max_length=120)
    time_zone = models.CharField("time zone", max_length=64, default="UTC")
    may_start_rollouts = models.BooleanField(
        "may start rollouts",
        default=False,
        help_text="Project managers: make clients and rollouts of their own.",
    )
    is_staff = models.BooleanField("may open the admin", default=False)
    is_active = models.BooleanField("may sign in", default=True)
    date_joined = models.DateTimeField("joined", auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = (models.UniqueConstraint(Lower("email"), name="user_email_once_whatever_case"),)

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """The name as written by the person."""
        return self.name

    def get_short_name(self) -> str:
        """The first word of the name."""
        return self.name.split(" ")[0] if self.name else self.email

    @cached_property
    def loaded_memberships(self) -> list[Membership]:
        """All memberships, read once per request; permissions and lists are decided from them."""
        return list(self.memberships.all())


class Membership(models.Model):
    """A user's role in one rollout, or, without a rollout, in all rollouts of a client, present and future."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    client = models.ForeignKey(Client, models.CASCADE, related_name="memberships")
    rollout = models.ForeignKey(Rollout, models.CASCADE, related_name="memberships", null=True, blank=True)
    role = models.CharField(max_length=10, choices=Role)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("user", "client", "rollout", "role"),
                nulls_distinct=False,
                name="membership_once_per_role",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"
