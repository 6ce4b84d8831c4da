"""Runs as `python -I -S exec_shim.py …` and turns into another program.

Between the fork and the program stand three things that no portable tool does in the needed order: dropping
from root to an unprivileged user, asking the kernel for a signal when the parent dies (a change of user
forgets that wish, so it comes second), and checking that the parent did not die in between.

    exec_shim.py PARENT_PID SIGNAL USER_ID GROUP_ID PROGRAM ARGUMENTS…

SIGNAL 0 asks for none; USER_ID -1 keeps the user. The working directory is the caller's: it is entered before
the user changes, which lets the program work in a folder whose parents it may not pass through.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    parent_pid, death_signal, user_id, group_id = (int(text) for text in arguments[:4])
    command = arguments[4:]
    if user_id >= 0:
        os.setgroups([])
        os.setgid(group_id)
        os.setuid(user_id)
    if death_signal and sys.platform.startswith("linux"):
        prctl = ctypes.CDLL(None, use_errno=True).prctl
        if prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if death_signal and os.getppid() != parent_pid:
        raise SystemExit("the parent process is gone")
    # Python ignores these two, and a program keeps what it is handed.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    os.execv(command[0], command)  # noqa: S606 - becoming the given program is the purpose of this file


if __name__ == "__main__":
    main(sys.argv[1:])
