"""HTTP in, command out, HTTP back."""

from services.profiles.api import association, erasures, exports, groups, imports, members, merging, skills
from services.profiles.api.context import LINKS, STORE, TOKENS
from services.profiles.api.scim import scim

BLUEPRINTS = (
    members.blueprint,
    erasures.blueprint,
    merging.blueprint,
    exports.blueprint,
    imports.blueprint,
    skills.blueprint,
    groups.blueprint,
    association.blueprint,
    scim,
)

__all__ = ["BLUEPRINTS", "LINKS", "STORE", "TOKENS"]
