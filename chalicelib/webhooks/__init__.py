"""Webhooks: what the bus tells, posted to one address, signed as Standard Webhooks has it.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from chalicelib.webhooks.delivery import Webhook, Webhooks

__all__ = ["Webhook", "Webhooks"]
