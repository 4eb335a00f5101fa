"""The part of the wiring that knows callers, and counts what they ask for."""

import functools

from chalicelib.access.doorkeeper import Doorkeeper, Recognition
from chalicelib.access.tokens import Tokens, TokenStore
from chalicelib.allowances import Meters
from chalicelib.cursors import Secrets
from chalicelib.ports import Clock
from chalicelib.settings import Settings


class Admission:
    """Who is let in, over AWS's stores."""

    settings: Settings
    clock: Clock

    @functools.cached_property
    def meters(self) -> Meters:
        from chalicelib.aws.meters import DynamoMeters

        return DynamoMeters(self.settings.images_table)

    @functools.cached_property
    def secrets(self) -> Secrets:
        from chalicelib.aws.secrets import DynamoSecrets

        return DynamoSecrets(self.settings.images_table)

    @functools.cached_property
    def token_store(self) -> TokenStore:
        from chalicelib.aws.tokens import DynamoTokens

        return DynamoTokens(self.settings.images_table)

    @functools.cached_property
    def doorkeeper(self) -> Doorkeeper:
        return Doorkeeper(self._recognition())

    def _recognition(self) -> Recognition:
        if self.settings.auth_mode != "jwt":
            return Tokens(self.token_store, self.clock)
        from chalicelib.access.claims import Claims
        from chalicelib.access.fetching import fetch
        from chalicelib.access.keysets import KeySet

        return Claims(self.settings, KeySet(self.settings, fetch, self.clock))
