"""Where uploaded and generated files live, from one `STORAGE_URL`."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ImproperlyConfigured


def storage_backend(url: str) -> dict[str, Any]:
    """Return Django's `STORAGES` entry for a URL.

    ``file:///path`` keeps files in a folder; ``s3://KEY:SECRET@host/bucket?region=…`` in S3 or what speaks its language
    (no host: Amazon's; no key: the machine's own role).
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": parts.path}}
    if parts.scheme == "s3":
        return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": _s3_options(url)}
    raise ImproperlyConfigured(
        f"STORAGE_URL begins with {parts.scheme or 'nothing'}; use file:///folder or s3://KEY:SECRET@host/bucket."
    )


def _s3_options(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    bucket = parts.path.strip("/")
    if not bucket:
        raise ImproperlyConfigured(
            "STORAGE_URL names no bucket: write s3://host/bucket, or s3:///bucket for Amazon S3."
        )
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    options: dict[str, Any] = {
        "bucket_name": bucket,
        "querystring_auth": True,
        "file_overwrite": False,
        "default_acl": None,
    }
    if parts.hostname:
        port = f":{parts.port}" if parts.port else ""
        options["endpoint_url"] = f"{query.get('scheme', 'https')}://{parts.hostname}{port}"
    if parts.username:
        options |= {"access_key": parts.username, "secret_key": parts.password or ""}
    if "region" in query:
        options["region_name"] = query["region"]
    return options
