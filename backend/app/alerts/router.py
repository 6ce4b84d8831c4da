"""Alerts, firings and deliveries over HTTP."""

from fastapi import APIRouter

router = APIRouter(tags=["alerts"])
