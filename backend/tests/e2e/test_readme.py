"""The README's curl lines do what the README says, run as written."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from tests.e2e.conftest import REPOSITORY, Stack

_BLOCK = re.compile(r"<!-- run by backend/tests/e2e/test_readme\.py -->\n```bash\n(.*?)```", re.DOTALL)


def test_curl_examples_run_as_written(stack: Stack, tmp_path: Path) -> None:
    [script] = _BLOCK.findall((REPOSITORY / "README.md").read_text())
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=REPOSITORY,
        env={**os.environ, "API": f"{stack.backend_url}/api/v1", "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "'inserted': 3270" in done.stdout or '"inserted":3270' in done.stdout
    assert "'level':" in done.stdout
    assert "'final_equity':" in done.stdout
    assert "'sharpe':" in done.stdout
