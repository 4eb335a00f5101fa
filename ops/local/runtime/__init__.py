"""Lambda's part of the local stack: events, tasks and workers."""
