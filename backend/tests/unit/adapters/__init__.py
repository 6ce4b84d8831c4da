"""Tests of what stands between the house and providers outside."""
