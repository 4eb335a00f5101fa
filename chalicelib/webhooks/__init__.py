"""Webhooks: image events posted to a URL, signed as Standard Webhooks specifies.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from chalicelib.webhooks.delivery import DelayedQueue, Parameters, Webhook, Webhooks

__all__ = ["DelayedQueue", "Parameters", "Webhook", "Webhooks"]
