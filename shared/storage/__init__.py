"""MongoDB: the client, transactions, aggregates and migrations. Knows no messages."""

from shared.storage.client import Document, connect, database
from shared.storage.migrations import Index
from shared.storage.repository import Aggregate, Repository
from shared.storage.transaction import run_transaction

__all__ = ["Aggregate", "Document", "Index", "Repository", "connect", "database", "run_transaction"]
