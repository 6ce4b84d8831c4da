"""Twelve Data's REST shapes over stored bars."""

from fastapi import APIRouter

router = APIRouter(tags=["compat"])
