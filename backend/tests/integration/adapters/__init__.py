"""Adapters against stand-ins of the providers outside."""
