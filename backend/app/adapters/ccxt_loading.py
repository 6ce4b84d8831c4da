"""One exchange of ccxt without the hundred others.

`import ccxt` and its packages `async_support` and `pro` load every exchange there is: 5 s of computing and
85 MB, where one exchange takes 0.5 s and 35 MB. So the three packages stand here as folders that load an
exchange when it is named. Should a release of ccxt not bear that, the whole of it is imported instead.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from types import ModuleType
from typing import Any

_NAME = re.compile("[a-z][a-z0-9]*")
_PACKAGES = ("ccxt", "ccxt.async_support", "ccxt.pro")


class UnknownExchange(ValueError):
    """ccxt has no exchange of this name that can be streamed."""


class _FolderOfExchanges(ModuleType):
    """A package whose attributes are the classes of its modules, each loaded when asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            importlib.import_module(f"{self.__name__}.{name}")
        except ModuleNotFoundError as error:
            raise AttributeError(name) from error
        return self.__dict__[name]

    def __setattr__(self, name: str, value: object) -> None:
        # Importing a module puts it here under its name; what is wanted there is its class.
        if isinstance(value, ModuleType):
            value = vars(value).get(name, value)
        super().__setattr__(name, value)


def load_exchange_class(name: str) -> type[Any]:
    """The class of an exchange with its REST and socket side. Takes 0.5 s at the first call.

    Raises UnknownExchange.
    """
    if not _NAME.fullmatch(name) or importlib.util.find_spec("ccxt") is None:
        raise UnknownExchange(name)
    if "ccxt" not in sys.modules:
        try:
            _lay_folders()
            return _find_class(name)
        except (ImportError, AttributeError, TypeError):
            for module in [each for each in sys.modules if each.split(".")[0] == "ccxt"]:
                del sys.modules[module]
            import ccxt.pro  # type: ignore[import-untyped]  # noqa: F401
    return _find_class(name)


def find_error_class(name: str) -> type[Exception]:
    """One of ccxt's errors, by its name."""
    found: type[Exception] = getattr(importlib.import_module("ccxt.base.errors"), name)
    return found


def _find_class(name: str) -> type[Any]:
    try:
        found = vars(importlib.import_module(f"ccxt.pro.{name}")).get(name)
    except ModuleNotFoundError as error:
        if error.name != f"ccxt.pro.{name}":
            raise
        raise UnknownExchange(name) from error
    if not isinstance(found, type):
        raise UnknownExchange(name)
    return found


def _lay_folders() -> None:
    folders = {}
    for package in _PACKAGES:
        spec = importlib.util.find_spec(package)
        if spec is None:
            raise ImportError(package)
        folder = _FolderOfExchanges(package)
        folder.__spec__, folder.__file__ = spec, spec.origin
        folder.__path__ = spec.submodule_search_locations or []
        sys.modules[package] = folders[package] = folder
        parent, _, child = package.rpartition(".")
        if parent:
            setattr(folders[parent], child, folder)
    # What ccxt's own modules take from the packages beside exchanges.
    errors = importlib.import_module("ccxt.base.errors")
    for folder, base in (
        (folders["ccxt"], "ccxt.base"),
        (folders["ccxt.async_support"], "ccxt.async_support.base"),
    ):
        for name, value in vars(errors).items():
            if isinstance(value, type):
                setattr(folder, name, value)
        folder.Exchange = importlib.import_module(f"{base}.exchange").Exchange
