"""MongoDB: the client, transactions, aggregates and migrations. Knows no messages."""
