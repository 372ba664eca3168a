"""The tokens that exports are collected with: sealed for as long as the collecting takes, and no longer kept."""

from services.profiles.domain.export import Export
from shared.settings import Settings
from shared.storage.sealing import LateSeal, Place

_PURPOSE = "export-token"


class ExportTokens:
    """One for a process."""

    def __init__(self, settings: Settings) -> None:
        self._late = LateSeal(settings)

    def sealed(self, tenant: str, export_id: str, token: str) -> str:
        """The token as only this export opens it. Raises Unavailable where ITHACA_SECRET_KEY is not set."""
        return self._late.seal.seal(token, Place(tenant, _PURPOSE, export_id))

    def opened(self, export: Export) -> str:
        """The token of one that has it. Raises SecretLost where its key is gone, Unavailable."""
        return self._late.seal.open(export.token or "", Place(export.tenant, _PURPOSE, export.id))
