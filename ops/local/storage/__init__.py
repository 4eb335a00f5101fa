"""The local stack's stores and queues."""
