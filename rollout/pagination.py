"""How the API pages its lists."""

from rest_framework.pagination import PageNumberPagination


class Pagination(PageNumberPagination):
    """Pages of 100, up to 500 on request."""

    page_size_query_param = "page_size"
    max_page_size = 500
