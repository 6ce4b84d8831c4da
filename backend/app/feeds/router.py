"""Providers, symbol search, back-fills and the data catalogue over HTTP."""

from fastapi import APIRouter

router = APIRouter(tags=["feeds"])
