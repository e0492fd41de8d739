"""How people come in: accounts are made by administrators and project managers, never by strangers."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.http import HttpRequest

from rollout.models import User


def vouch_for_address(user: User) -> None:
    """Count a team member's address as verified: whoever added them vouches for it, and two-factor sign-in needs it."""
    EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Close sign-up; allauth keeps everything else: sign-in, codes, passkeys, reset, rate limits."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account by themselves."""
        return False

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """There are no user names."""
