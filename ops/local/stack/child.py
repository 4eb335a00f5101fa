"""Executes a program that is killed when the process in the first argument dies.

Run by its path, not imported: after a process with threads forks, little but exec is safe.
"""

import os
import sys


def main() -> None:
    """Set the parent-death signal, check that the parent still lives, and exec the program."""
    import ctypes
    import signal

    parent, *command = sys.argv[1:]
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    if os.getppid() != int(parent):
        sys.exit(f"The process {parent}, which started this one, has ended.")
    os.execvp(command[0], command)  # noqa: S606 - the command is this project's own


if __name__ == "__main__":
    main()
