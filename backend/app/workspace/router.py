"""Watchlists, drawings and layouts over HTTP."""

from fastapi import APIRouter

router = APIRouter(tags=["workspace"])
