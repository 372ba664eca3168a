"""Databases that tests share: making the indexes anew for each test takes longer than most of them."""

from typing import Any

from pymongo.database import Database

_PROFILE = "system.profile"
"""Kept by the database itself, of the operations of a test that asked for it; nobody else may write there."""


def empty(database: Database[dict[str, Any]]) -> None:
    """Nothing is in it any more; its collections and their indexes stay."""
    names = database.list_collection_names()
    if _PROFILE in names:
        database.command("profile", 0)
        database.drop_collection(_PROFILE)
        names.remove(_PROFILE)
    if not names:
        return
    # All are looked into by one question: most are empty, and there are dozens.
    first, *others = ((name, [{"$limit": 1}, {"$project": {"_id": {"$literal": name}}}]) for name in names)
    looks = [{"$unionWith": {"coll": name, "pipeline": look}} for name, look in others]
    for found in list(database[first[0]].aggregate([*first[1], *looks])):
        database[found["_id"]].delete_many({})
