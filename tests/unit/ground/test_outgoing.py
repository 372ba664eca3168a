"""Requests to addresses that somebody else chose, against a real server that behaves badly."""

import ipaddress
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from shared.outgoing.addresses import Forbidden, Reach, Unresolved, checked
from shared.outgoing.get import Client, TooLarge, Unreachable

LOOPBACK = Reach((ipaddress.ip_network("127.0.0.0/8"),))
Behavior = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """Answers each request as its test says."""

    def __init__(self, address: str) -> None:
        self.url = address
        self.hosts: list[str] = []
        self.behavior: Behavior = plain(b"{}")


def plain(body: bytes, status: int = 200, **headers: str) -> Behavior:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def trickle(**headers: str) -> Behavior:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        for _ in range(100):
            try:
                handler.wfile.write(b"x")
            except OSError:
                return
            time.sleep(0.1)

    return answer


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.hosts.append(self.headers["Host"])
            made.behavior(self)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        made = Server(f"http://127.0.0.1:{listening.server_port}")
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield made
        listening.shutdown()
        thread.join()


def resolving(*addresses: str) -> Callable[[str, int], Sequence[str]]:
    return lambda *_: addresses


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fd00::1",
        "fe80::1%eth0",
        "::ffff:127.0.0.1",
        "64:ff9b::10.0.0.1",
        "2002:7f00:1::",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b:1::10.0.0.1",
        "fec0::1",
        "4000::1",
        "192.0.0.192",
    ],
)
def test_an_address_that_is_not_public_is_not_spoken_to(address: str) -> None:
    with pytest.raises(Forbidden, match="not public"):
        checked("tickets.example.org", 443, Reach(), resolving(address))


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "①②⑦.⓪.⓪.①", "127。0。0。1", "::1", "::ffff:127.0.0.1"],
)
def test_an_address_in_another_way_of_writing_is_still_that_address(host: str) -> None:
    with pytest.raises(Forbidden, match="not public"):
        checked(host, 443, Reach())


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07::1"])
def test_a_public_address_is(address: str) -> None:
    assert checked("tickets.example.org", 443, Reach(), resolving(address)) == (address,)


def test_one_forbidden_address_among_public_ones_is_enough() -> None:
    with pytest.raises(Forbidden):
        checked("tickets.example.org", 443, Reach(), resolving("93.184.215.14", "10.0.0.1"))


def test_an_allowed_network_and_no_other_private_one_may_be_reached() -> None:
    assert checked("shop.intern", 443, LOOPBACK, resolving("127.0.0.2")) == ("127.0.0.2",)
    with pytest.raises(Forbidden):
        checked("shop.intern", 443, LOOPBACK, resolving("10.0.0.1"))


def test_a_name_without_an_address_is_unresolved() -> None:
    with pytest.raises(Unresolved):
        checked("tickets.example.org", 443, Reach(), resolving())


def test_the_connection_goes_to_the_checked_address_under_the_name_that_was_asked(server: Server) -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    url = server.url.replace("127.0.0.1", "shop.intern")
    assert Client(LOOPBACK, rebinding).get(f"{url}/a?b=c", {}).body == b"{}"
    assert asked == ["shop.intern"]
    assert server.hosts == [url.removeprefix("http://")]


def test_plain_http_goes_to_named_networks_only() -> None:
    with pytest.raises(Forbidden, match="TLS"):
        Client(LOOPBACK, resolving("93.184.215.14")).get("http://tickets.example.org/", {})


def test_a_redirect_is_an_answer_and_is_not_followed(server: Server) -> None:
    server.behavior = plain(b"", 302, Location="http://169.254.169.254/")
    assert Client(LOOPBACK).get(server.url, {}).status == 302
    assert len(server.hosts) == 1


def test_a_body_over_the_limit_is_not_taken(server: Server) -> None:
    server.behavior = plain(b"x" * 2000)
    with pytest.raises(TooLarge):
        Client(LOOPBACK, largest=1000).get(server.url, {})


def test_a_body_that_breaks_off_is_no_answer(server: Server) -> None:
    server.behavior = plain(b"[1, 2", Content_Length="100")
    with pytest.raises(Unreachable, match="no whole answer"):
        Client(LOOPBACK).get(server.url, {})


@pytest.mark.parametrize("headers", [{"Content_Length": "1000"}, {}], ids=["length", "no length"])
def test_whoever_sends_a_byte_now_and_then_is_cut_off_at_the_deadline(server: Server, headers: dict[str, str]) -> None:
    server.behavior = trickle(**headers)
    began = time.monotonic()
    with pytest.raises(Unreachable, match="did not finish"):
        Client(LOOPBACK, deadline=0.5).get(server.url, {})
    assert time.monotonic() - began < 3


def test_nobody_there_is_told_in_a_sentence() -> None:
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1 gave no whole answer"):
        Client(LOOPBACK).get("http://127.0.0.1:1/", {})
