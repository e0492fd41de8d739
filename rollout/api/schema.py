"""What the machine-readable description says beyond the views: how to come in, and what every refusal looks like."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

_ERRORS = {
    "type": "object",
    "required": ["errors"],
    "properties": {
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "sentence", "code"],
                "properties": {
                    "field": {
                        "type": "string",
                        "description": "What it is about, with dots into lists and objects; empty for the whole request.",
                    },
                    "sentence": {
                        "type": "string",
                        "description": "What happened and what to do, for a person.",
                    },
                    "code": {"type": "string", "description": "A stable word for programs."},
                },
            },
        }
    },
}
_REFUSED = {
    "description": "400 cannot be read, 401 no key, 403 your role does not include it, 404 not there or not yours, "
    "409 something stands in the way, 412 changed meanwhile, 413 too big, 429 too many requests.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Errors"}}},
}


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Keys of people, in the header `Authorization`."""

    target_class = "rollout.api.authentication.KeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Describe the header."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "“Api-Key ” and a key made under “API keys” of your account. It acts as you.",
        }


# Part of an address to the heading under which the operation stands; the first that occurs counts.
_HEADINGS = (
    ("/contacts/", "Parts of a site"),
    ("/access-", "Parts of a site"),
    ("/facts/", "Parts of a site"),
    ("/attachments/", "Parts of a site"),
    ("/imports/", "Imports"),
    ("/inquiries/", "Questions to sites"),
    ("/enrolments/", "Waves and places"),
    ("/changes/", "Waves and places"),
    ("/waves/", "Waves and places"),
    ("/regions/", "The client’s estate"),
    ("/formats/", "The client’s estate"),
    ("/groups/", "The client’s estate"),
    ("/attributes/", "The client’s estate"),
    ("/blackouts/", "The client’s estate"),
    ("/views/", "Rollouts"),
    ("/sites/", "Sites"),
    ("/rollouts/", "Rollouts"),
    ("/jobs/", "Jobs"),
    ("/work-orders/", "Work orders and packets"),
    ("/packets/", "Work orders and packets"),
)
HEADINGS = tuple(dict.fromkeys(heading for _, heading in _HEADINGS))


def under_headings(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Sort the operations by what they are about instead of by the beginning of their address."""
    for address, operations in result["paths"].items():
        heading = next((name for part, name in _HEADINGS if part in address), "Everything else")
        for operation in operations.values():
            if isinstance(operation, dict):
                operation["tags"] = [heading]
                told = str(operation.get("description", "")).split("\n")[0]
                operation.setdefault("summary", told.partition(". ")[0].rstrip("."))
    order = ["Rollouts", "Sites", *HEADINGS]
    result["tags"] = [{"name": name} for name in dict.fromkeys(order)]
    return result


def with_errors(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say for every operation how a refusal looks; they all look the same."""
    result["components"].setdefault("schemas", {})["Errors"] = _ERRORS
    for path in result["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict) and "responses" in operation:
                operation["responses"].setdefault("default", _REFUSED)
    return result
