"""Links by which somebody at a site answers without an account: bound to the secret of one inquiry, bounded in time.

As with technicians, opening shows a button and the button lets in (mail scanners open links too); the address then has no
token any more. What lets in is kept in the browser's session and compared with the secret at every request, so that another
secret ends every link and every open page at once.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from sites.models import Inquiry

_SALT = "sites.links.inquiry"
_KEPT = "inquiries"
_MOST_KEPT = 50


def token_of(inquiry: Inquiry) -> str:
    """Return the token that opens this inquiry as long as its secret stays."""
    return salted_hmac(_SALT, f"{inquiry.key}:{inquiry.secret}", algorithm="sha256").hexdigest()[:40]


def link_to(inquiry: Inquiry) -> str:
    """Return the absolute address to send to whom is asked."""
    address = reverse("sites:answers-open", args=[inquiry.key])
    return f"{settings.PUBLIC_URL}{address}?t={token_of(inquiry)}"


def fits(token: str, inquiry: Inquiry) -> bool:
    """Say whether a token is this inquiry's; what is no text of ours never fits."""
    return constant_time_compare(token.encode("utf-8", "replace"), token_of(inquiry).encode())


def is_open(inquiry: Inquiry, *, now: datetime) -> bool:
    """Say whether answers are taken: neither closed nor past its last moment."""
    return inquiry.closed_at is None and now < inquiry.expires_at


def let_in(session: SessionBase, inquiry: Inquiry) -> None:
    """Remember in a browser's session that it came by the right link; the oldest of very many are forgotten."""
    kept = dict(session.get(_KEPT, {}))
    kept.pop(str(inquiry.key), None)
    kept[str(inquiry.key)] = token_of(inquiry)
    session[_KEPT] = dict(list(kept.items())[-_MOST_KEPT:])


def is_let_in(session: SessionBase, inquiry: Inquiry) -> bool:
    """Say whether this browser came by a link that still is the right one."""
    return fits(str(session.get(_KEPT, {}).get(str(inquiry.key), "")), inquiry)
