"""One router over the routers of the apps."""

from rest_framework.routers import DefaultRouter

from rollout.api.views import router as rollout_router
from sites.api import router as sites_router
from workorders.api import router as workorders_router

router = DefaultRouter()
for part in (rollout_router, sites_router, workorders_router):
    router.registry.extend(part.registry)
