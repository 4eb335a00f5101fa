"""How long the parts of a stack wait for each other.

A part that has ended is noticed by its exit code, so these limits only end a wait for one that
hangs. They must not end a wait for a part that is slow, because the machine is.
"""

PATIENCE = 300.0  # seconds for anything that a part does
LOOK = 20.0  # seconds for one question whether it is ready; another follows

TIMES_LAMBDA = 5  # how much longer than on Lambda a function may run here
