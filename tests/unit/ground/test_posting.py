"""Several POSTs to an address that somebody else chose, against a real server that behaves badly."""

import datetime
import os
import ssl
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.outgoing.addresses import Forbidden
from shared.outgoing.connecting import TimedOut, Unreachable
from shared.outgoing.post import Line
from tests.unit.ground.test_outgoing import LOOPBACK, Behavior, plain, resolving, trickle


class Receiver:
    """Remembers what came, and by how many connections."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}/hook?a=b"
        self.bodies: list[bytes] = []
        self.paths: list[str] = []
        self.connections: set[tuple[str, int]] = set()
        self.behavior: Behavior = plain(b"thanks")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            made.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            made.paths.append(self.path)
            made.connections.add(self.client_address)
            made.behavior(self)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        made = Receiver(listening.server_port)
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield made
        listening.shutdown()
        thread.join()


def test_what_is_posted_one_after_the_other_goes_over_one_connection(receiver: Receiver) -> None:
    with Line(receiver.url, LOOPBACK) as line:
        answers = [line.post(body, {"x": "y"}) for body in (b"one", b"two", b"three")]
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert receiver.bodies == [b"one", b"two", b"three"]
    assert receiver.paths[0] == "/hook?a=b"
    assert len(receiver.connections) == 1


def test_a_connection_that_the_other_side_has_closed_is_made_anew(receiver: Receiver) -> None:
    def answer_and_close(handler: BaseHTTPRequestHandler) -> None:
        plain(b"thanks")(handler)
        handler.close_connection = True

    receiver.behavior = answer_and_close
    with Line(receiver.url, LOOPBACK) as line:
        assert [line.post(body, {}).status for body in (b"one", b"two")] == [200, 200]
    assert receiver.bodies == [b"one", b"two"]
    assert len(receiver.connections) == 2


def test_an_answer_beyond_the_limit_is_not_read_and_the_next_one_is_not_its_rest(receiver: Receiver) -> None:
    receiver.behavior = plain(b"x" * 5000)
    with Line(receiver.url, LOOPBACK, largest=1000) as line:
        assert len(line.post(b"one", {}).body) == 1000
        receiver.behavior = plain(b"", 204)
        assert line.post(b"two", {}).status == 204
    assert len(receiver.connections) == 2


def test_a_redirect_is_an_answer_and_is_not_followed(receiver: Receiver) -> None:
    receiver.behavior = plain(b"", 307, Location=f"{receiver.url}&again")
    with Line(receiver.url, LOOPBACK) as line:
        assert line.post(b"one", {}).status == 307
    assert len(receiver.bodies) == 1


@pytest.mark.parametrize("headers", [{"Content_Length": "1000"}, {}], ids=["length", "no length"])
def test_whoever_sends_a_byte_now_and_then_has_timed_out(receiver: Receiver, headers: dict[str, str]) -> None:
    receiver.behavior = trickle(**headers)
    with Line(receiver.url, LOOPBACK, deadline=0.5) as line:
        with pytest.raises(TimedOut, match="did not finish"):
            line.post(b"one", {})
        receiver.behavior = plain(b"thanks")
        assert line.post(b"two", {}).status == 200


def test_whoever_says_nothing_has_timed_out(receiver: Receiver) -> None:
    told = threading.Event()

    def say_nothing(handler: BaseHTTPRequestHandler) -> None:
        told.wait(30)

    receiver.behavior = say_nothing
    with Line(receiver.url, LOOPBACK, deadline=0.3) as line, pytest.raises(TimedOut):
        line.post(b"one", {})
    told.set()


def test_nobody_there_is_unreachable_and_not_late() -> None:
    with Line("http://127.0.0.1:1/", LOOPBACK) as line, pytest.raises(Unreachable) as raised:
        line.post(b"one", {})
    assert not isinstance(raised.value, TimedOut)


def test_each_new_connection_goes_to_the_address_that_was_checked_for_it(receiver: Receiver) -> None:
    """A name that leads elsewhere after the check changes nothing, and is found out at the next connection."""
    answers = [["127.0.0.1"], ["10.0.0.1"]]

    def rebinding(host: str, port: int) -> Sequence[str]:
        return answers.pop(0)

    url = receiver.url.replace("127.0.0.1", "hook.example")
    with Line(url, LOOPBACK, rebinding) as line:
        assert line.post(b"one", {}).status == 200
        assert line.post(b"two", {}).status == 200
        line.hang_up()
        with pytest.raises(Forbidden, match="not public"):
            line.post(b"three", {})
    assert receiver.bodies == [b"one", b"two"]


def test_a_private_address_is_not_spoken_to(receiver: Receiver) -> None:
    with Line(receiver.url) as line, pytest.raises(Forbidden):
        line.post(b"one", {})
    assert receiver.bodies == []


def test_plain_http_goes_to_named_networks_only() -> None:
    line = Line("http://hook.example/", LOOPBACK, resolving("93.184.215.14"))
    with pytest.raises(Forbidden, match="TLS"):
        line.post(b"one", {})


def test_no_proxy_of_the_environment_is_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setitem(os.environ, name, "http://127.0.0.1:1")
    with Line(receiver.url, LOOPBACK) as line:
        assert line.post(b"one", {}).status == 200


@pytest.fixture
def nobodys_certificate(tmp_path: Path) -> Path:
    """For `hook.example`, signed by itself alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hook.example")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("hook.example")]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "both.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_a_certificate_that_nobody_vouches_for_is_not_taken(nobodys_certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(nobodys_certificate)
    came: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append(self.path)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        url = f"https://hook.example:{listening.server_port}/"
        with Line(url, LOOPBACK, resolving("127.0.0.1")) as line, pytest.raises(Unreachable, match="certificate"):
            line.post(b"one", {})
        listening.shutdown()
        thread.join()
    assert came == []
