"""Requests to addresses that a tenant named: never to where they should not go, never for longer than they may."""
