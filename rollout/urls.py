"""All addresses. Each app lists its own; the shell's pages are here."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from rollout import urls_base
from rollout.pages import api, find, gallery, health, portfolio, progress, rollout_home

progress_urls = (
    [
        path("", progress.progress_list, name="list"),
        path("<slug:code>/", progress.progress_home, name="home"),
        path("<slug:code>/map.json", progress.progress_map, name="map"),
        path("<slug:code>/sites/", progress.progress_sites, name="sites"),
    ],
    "progress",
)

# A rollout's home shows every app, so it belongs to the shell, though its address is one of the base's.
rollout_urls = (
    [path("r/<slug:code>/", rollout_home.rollout_home, name="home"), *urls_base.urlpatterns],
    urls_base.app_name,
)

urlpatterns = [
    path("", portfolio.home, name="home"),
    path("find/", find.find, name="find"),
    path("progress/", include(progress_urls)),
    path("", include(rollout_urls)),
    path("", include("sites.urls")),
    path("", include("workorders.urls")),
    path("", include("technicians.urls")),
    # The house
    path("components/", gallery.gallery, name="components"),
    path("health", health.health, name="health"),
    path("metrics", health.metrics, name="metrics"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    # API
    path("api/", include(api.urlpatterns)),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", api.DocsPage.as_view(url_name="schema"), name="api-docs"),
]
