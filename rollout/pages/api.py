"""One router over the routers of the apps, and the page that describes them."""

from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.routers import DefaultRouter

from rollout.api import schema as _schema  # noqa: F401 - registers how keys are described
from rollout.api.views import router as rollout_router
from rollout.api.views import urlpatterns as rollout_urls
from sites.api.routes import router as sites_router
from sites.api.routes import urlpatterns as sites_urls
from workorders.api import router as workorders_router

router = DefaultRouter()
for part in (rollout_router, sites_router, workorders_router):
    router.registry.extend(part.registry)

urlpatterns = [*rollout_urls, *sites_urls, *router.urls]


class DocsPage(SpectacularSwaggerSplitView):
    """What the API can do, to be read and tried; its script and style are our own files."""

    template_name = "rollout/api_docs_page.html"
