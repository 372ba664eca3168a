"""The platform on one machine without containers: broker, database, mailbox and the processes of the services."""
