"""SCIM 2.0 (RFC 7643, RFC 7644): an identity provider brings members, changes them and takes them away.

The protocol's own types, filters and patches are scim2-models'; what a member may be is checked as everywhere else.
"""

from services.profiles.api.scim import discovery, users
from services.profiles.api.scim.answers import blueprint as scim

__all__ = ["discovery", "scim", "users"]
