"""Profiles: who the members are. The only writer of `members.v1`."""
