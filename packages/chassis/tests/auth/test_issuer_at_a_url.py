"""Keys from a URL: fetched when first needed, again for a key id that is new, kept when the issuer is away."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from chassis.auth.keys import Keys
from chassis.errors import Unavailable
from chassis.settings import Settings
from joserfc.jwk import ECKey


class Issuer:
    """An issuer on loopback that counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.status = 200
        self.keys = [ECKey.generate_key("P-256", auto_kid=True)]
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # the library's name
                issuer.asked += 1
                self.send_response(issuer.status)
                self.end_headers()
                self.wfile.write(json.dumps({"keys": [key.as_dict(private=False) for key in issuer.keys]}).encode())

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/jwks"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    found = Issuer()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def keys(issuer: Issuer, tmp_path: Path) -> Keys:
    return Keys(Settings(home=tmp_path, jwks_url=issuer.url))


async def test_the_document_is_fetched_once_and_again_no_sooner_than_ten_seconds_later(issuer: Issuer, keys: Keys) -> None:
    await keys.refresh()
    issuer.keys.append(ECKey.generate_key("P-256", auto_kid=True))
    for _ in range(5):
        await keys.refresh()
    assert issuer.asked == 1
    keys._tried = time.monotonic() - 11
    await keys.refresh()
    assert issuer.asked == 2
    assert keys.named(issuer.keys[1].kid) is not None


async def test_what_was_known_stays_while_the_issuer_is_away(issuer: Issuer, keys: Keys) -> None:
    await keys.refresh()
    issuer.status = 500
    keys._tried = time.monotonic() - 11
    await keys.refresh()
    assert issuer.asked == 2
    assert keys.named(issuer.keys[0].kid) is not None


async def test_an_issuer_that_never_answered_is_out_of_reach_and_asked_again(issuer: Issuer, keys: Keys) -> None:
    issuer.status = 500
    with pytest.raises(Unavailable):
        await keys.refresh()
    issuer.status = 200
    keys._tried = time.monotonic() - 2
    await keys.refresh()
    assert keys.loaded
