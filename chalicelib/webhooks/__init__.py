"""Webhooks: what the bus tells, posted to one address, signed as Standard Webhooks has it.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from chalicelib.webhooks.delivery import Parameters, PatientQueue, Webhook, Webhooks

__all__ = ["Parameters", "PatientQueue", "Webhook", "Webhooks"]
