"""Replays over HTTP."""

from fastapi import APIRouter

router = APIRouter(tags=["replay"])
