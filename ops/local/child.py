"""Becomes the program that its arguments name, having asked to die with the process given first.

Run by its path, not imported: after the fork of a process with threads, little is safe but exec.
"""

import os
import sys


def main() -> None:
    """Ask, make sure that it was not too late, and become the program."""
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
