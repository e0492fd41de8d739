"""What every response of ours carries."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class QueryMiddleware:
    """Refuse addresses with a NUL character, which no list of ours means and PostgreSQL cannot compare with."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.path:
            raise BadRequest("This address has a character in it that cannot be read.")
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Let the same character in a hidden field of a form, which no page of ours sends, be a bad request as well."""
        if isinstance(exception, ValueError) and "NUL (0x00)" in str(exception):
            raise BadRequest("What was sent has a character in it that cannot be read.") from exception


class FragmentMiddleware:
    """Keep caches from handing an htmx fragment to a whole-page visit (and Back from showing one)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        return response
