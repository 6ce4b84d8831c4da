"""Quotes over HTTP, and the one WebSocket of the product."""

from fastapi import APIRouter

router = APIRouter(tags=["live"])
