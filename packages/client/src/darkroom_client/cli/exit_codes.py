"""Exit codes of every verb, and the paragraph of its help that explains them."""

DONE = 0
FAILED = 1
SOME_FAILED = 3  # 2 is click's code for wrong usage
INTERRUPTED = 130  # what shells use for a program that Ctrl-C has ended

EXPLAINED = """Exit codes: 0 when all is done; 1 when something failed, with the reason on standard
error; 2 for wrong usage; 130 after Ctrl-C."""
EXPLAINED_FOR_SEVERAL = """Exit codes: 0 when all is done; 1 when it failed, with the reason on
standard error; 2 for wrong usage; 3 when some of several failed; 130 after Ctrl-C."""
EXPLAINED_FOR_CHECKS = """Exit codes: 0 when no check failed, also with warnings; 1 when one did; 2
for wrong usage; 130 after Ctrl-C."""


def exit_code(done: int, failed: int) -> int:
    """The exit code of a verb that tried several things."""
    if not failed:
        return DONE
    return SOME_FAILED if done else FAILED
