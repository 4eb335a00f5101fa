"""A Hypothesis state machine over the whole system, with a model of what must be true.

The application is the real one, as `app.py` wires it, over SeaweedFS and DynamoDB Local. What
connects them on AWS (S3's notifications, Lambda's retries, the queues) is simulated here, so that
events can be late, lost, repeated and reordered, and calls can be held, interleaved and killed at
each of their calls to a store. `test_machine.py` runs it briefly;

    .venv/bin/python -m tests.attack.machine --steps 50000

runs it for as long as you like.
"""
