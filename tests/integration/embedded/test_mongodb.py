"""The embedded database is a replica set: transactions, change streams, nothing acknowledged is lost."""

import json
import os
import signal
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.write_concern import WriteConcern

from cli.embedded.folder import DataFolder
from cli.embedded.identity import started_at
from cli.embedded.mongodb import find_mongod
from cli.embedded.standalone import running_mongodb
from tests.integration.embedded.waiting import eventually

pytestmark = pytest.mark.skipif(find_mongod() is None, reason="no mongod on PATH and the wheel is not installed")

Document = dict[str, Any]


def test_a_transaction_over_two_collections_is_all_or_nothing(tmp_path: Path) -> None:
    with running_mongodb(tmp_path / "db") as uri, MongoClient[Document](uri) as client:
        database = client["trial"]
        with client.start_session() as session:
            with session.start_transaction():
                database["kept"].insert_one({"_id": 1}, session=session)
                database["also_kept"].insert_one({"_id": 1}, session=session)
            session.start_transaction()
            database["kept"].insert_one({"_id": 2}, session=session)
            session.abort_transaction()

        assert [row["_id"] for row in database["kept"].find()] == [1]
        assert database["also_kept"].count_documents({}) == 1


def test_a_killed_database_has_what_it_acknowledged(tmp_path: Path) -> None:
    data = tmp_path / "db"
    with running_mongodb(data) as uri:
        with MongoClient[Document](uri) as client:
            journaled = client["trial"].get_collection("rows", write_concern=WriteConcern("majority", j=True))
            journaled.insert_many([{"_id": number} for number in range(100)])
        (entry,) = json.loads(DataFolder(data).processes.read_bytes())
        os.kill(entry["pid"], signal.SIGKILL)
        eventually(lambda: started_at(entry["pid"]) is None)

    with running_mongodb(data) as uri, MongoClient[Document](uri) as client:
        assert client["trial"]["rows"].count_documents({}) == 100


def test_a_database_whose_port_was_taken_meanwhile_moves_with_its_data(tmp_path: Path) -> None:
    data = tmp_path / "db"
    with running_mongodb(data) as first, MongoClient[Document](first) as client:
        client["trial"]["rows"].insert_one({"_id": 1})

    port = json.loads(DataFolder(data).ports.read_bytes())["mongodb"]
    with (
        another_server(port),
        running_mongodb(data) as second,
        MongoClient[Document](second) as client,
    ):
        assert second != first
        assert client["trial"]["rows"].count_documents({}) == 1


@contextmanager
def another_server(port: int) -> Iterator[None]:
    """Something that is no database: it hangs up on whoever connects."""
    with socketserver.TCPServer(("127.0.0.1", port), socketserver.BaseRequestHandler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield
        server.shutdown()
