"""Sign-up, sign-in and the own account, over HTTP."""

from fastapi import APIRouter

public_router = APIRouter(tags=["auth"])
router = APIRouter(tags=["auth"])
