"""Every refusal of the API in one shape: ``{"errors": [{"field": …, "sentence": …, "code": …}]}``."""

from __future__ import annotations

import re

from rest_framework import exceptions, status

from rollout.exceptions import Refused

NOTHING_HERE = "There is nothing here, or it is not yours to see."
TOO_BIG = "This is more than one request may carry. Send it in parts."
NOT_ALLOWED = "Your role does not include this."
SENTENCES = {
    400: "This request cannot be read.",
    401: "Send a key with the request, as “Authorization: Api-Key …”, or sign in.",
    403: NOT_ALLOWED,
    404: NOTHING_HERE,
    405: "This address does not take that.",
    413: TOO_BIG,
    500: "Something went wrong on our side. Nothing was changed; try again, and tell us if it stays so.",
}


class Conflict(exceptions.APIException):
    """What is there stands in the way; the sentence says what."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class ChangedMeanwhile(exceptions.APIException):
    """The caller's `If-Match` is not what is there any more."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "changed_meanwhile"


class TooBig(exceptions.APIException):
    """The body or a file is larger than may be sent."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = TOO_BIG
    default_code = "too_big"


def error(sentence: str, *, field: str = "", code: str) -> dict[str, str]:
    """Return one error as it is sent."""
    return {"field": field, "sentence": sentence, "code": code}


def code_of(refusal: Refused) -> str:
    """Return the class of a refusal as a code: `SiteNumberTaken` is ``site_number_taken``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(refusal).__name__).lower()


def refused(refusal: Refused, *, field: str = "", status_code: int = 409) -> Exception:
    """Return what to raise when an action refuses: its sentence, at a field when it is about one."""
    if status_code == 400:
        return exceptions.ValidationError(
            {field or "": [exceptions.ErrorDetail(str(refusal), code_of(refusal))]}
        )
    return Conflict(str(refusal), code_of(refusal))
