"""Addresses of the workorders app, grouped by what they are about."""

from django.urls import path

from workorders.views import orders, packets

app_name = "workorders"

urlpatterns = [
    # Packets
    path("r/<slug:code>/packets/", packets.packet_list, name="packets"),
    path("r/<slug:code>/packets/generate/", packets.packets_generate, name="packets-generate"),
    path("r/<slug:code>/packets.zip", packets.packets_zip, name="packets-zip"),
    path("packets/<int:pk>/", packets.packet_page, name="packet"),
    path("packets/<int:pk>.pdf", packets.packet_pdf, name="packet-pdf"),
    path("p/<slug:packet_hash>/", packets.packet_live, name="packet-live"),
    # Work orders
    path("r/<slug:code>/work-orders/", orders.order_list, name="list"),
    path("work-orders/<str:number>/", orders.order_page, name="detail"),
    path("work-orders/<str:number>/hold/", orders.order_hold, name="hold"),
    path("work-orders/<str:number>/release/", orders.order_release, name="release"),
    path("enrolments/<int:pk>/work-order/", orders.site_panel, name="site-panel"),
]
