"""Timeouts of the local stack's parts for each other.

A part that has died is detected by its exit code, so these only end a wait for one that hangs. They
must be long enough for a slow machine.
"""

PART_TIMEOUT_SECONDS = 300.0  # for anything that a part does
PROBE_TIMEOUT_SECONDS = 20.0  # for one readiness check, which is repeated

TIMES_LAMBDA = 5  # how much longer than on Lambda a function may run here
