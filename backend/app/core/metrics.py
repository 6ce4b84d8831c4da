"""What Prometheus reads at /metrics. Neither nginx nor the web server passes that path on."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

REQUESTS = Counter("flowrex_http_requests_total", "HTTP requests answered.", ("method", "route", "status"))
LATENCY = Histogram(
    "flowrex_http_request_seconds",
    "Seconds from the request's first byte to the answer's last.",
    ("method", "route"),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
IN_FLIGHT = Gauge("flowrex_http_requests_in_flight", "HTTP requests under way.")
LIVE_CLIENTS = Gauge("flowrex_live_clients", "Live connections open.")
LIVE_MESSAGES = Counter("flowrex_live_messages_total", "Live messages framed.")
LIVE_DELIVERIES = Counter("flowrex_live_deliveries_total", "Live messages handed to connections.")

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
async def read_metrics() -> Response:
    """All metrics of this process in Prometheus' text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
