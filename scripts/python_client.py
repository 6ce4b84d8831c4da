"""Writes the models of clients/python from the OpenAPI document; `--check` says whether they are the same.

python scripts/python_client.py [--check]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from steps import ROOT, Command, run_quietly, say

MODELS = ROOT / "clients" / "python" / "src" / "flowrex_client" / "generated.py"
HEADER = '"""The shapes of requests and answers: generated from the OpenAPI document by `make client`."""'


def write_models(target: Path) -> None:
    """Generate the models from the backend of this checkout."""
    tools = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder, "openapi.json")
        document.write_text(run_quietly([tools / "flowrex", "openapi"], folder=ROOT), "utf-8")
        command: Command = [
            *(tools / "datamodel-codegen", "--input", document, "--input-file-type", "openapi"),
            *("--output", target, "--output-model-type", "typing.TypedDict"),
            *("--target-python-version", "3.11", "--use-standard-collections", "--use-union-operator"),
            *("--use-schema-description", "--enum-field-as-literal", "all", "--disable-timestamp"),
            *("--custom-file-header", HEADER, "--formatters", "builtin"),
        ]
        run_quietly(command, folder=ROOT)


def main(arguments: list[str]) -> int:
    """Write the models, or compare. Returns an exit code."""
    if "--check" not in arguments:
        write_models(MODELS)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder, "generated.py")
        write_models(fresh)
        if fresh.read_bytes() == MODELS.read_bytes():
            return 0
    say("clients/python does not fit the OpenAPI document any more: run `make client`.")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
