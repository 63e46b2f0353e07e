"""A token counts when our issuer signed it for us, and in no other case."""

import base64
import hmac
import json
import math
import stat
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from chassis.auth import issue
from chassis.auth.issuer import public_keys
from chassis.auth.keys import Keys
from chassis.auth.tokens import Tokens
from chassis.clock import Clock
from chassis.errors import Unauthenticated, Unavailable
from chassis.settings import Settings
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey
from kernel.actor import Role

HOUR = timedelta(hours=1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, dev=True)


@pytest.fixture
def tokens(settings: Settings) -> Tokens:
    return Tokens(Keys(settings), settings.issuer)


def own_key(home: Path) -> ECKey:
    public_keys(home / "secrets")
    return ECKey.import_key(json.loads((home / "secrets" / "issuer.json").read_text()))


def claims(**other: Any) -> dict[str, Any]:
    now = int(time.time())
    good = {
        "iss": "office-actions-dev",
        "aud": "office-actions",
        "sub": "ada",
        "jti": "t1",
        "iat": now,
        "exp": now + 60,
        "roles": ["evaluator"],
    }
    return {name: value for name, value in (good | other).items() if value is not ...}


def signed(home: Path, **other: Any) -> str:
    key = own_key(home)
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims(**other), key, algorithms=["ES256"])


async def test_a_token_of_the_dev_issuer_proves_its_subject_and_roles(tmp_path: Path, tokens: Tokens) -> None:
    token = issue(tmp_path, [Role.EVALUATOR, "legal"], "ada", HOUR, Clock())
    principal = await tokens.verify(token, time.time())
    assert principal.actor.sub == "ada"
    assert principal.actor.roles == {Role.EVALUATOR, Role.LEGAL}
    assert principal.exp - principal.iat == HOUR.total_seconds()


async def test_roles_that_do_not_exist_are_ignored(tmp_path: Path, tokens: Tokens) -> None:
    principal = await tokens.verify(signed(tmp_path, roles=["emperor", "legal"]), time.time())
    assert principal.actor.roles == {Role.LEGAL}


async def test_an_audience_may_be_one_of_several(tmp_path: Path, tokens: Tokens) -> None:
    assert (await tokens.verify(signed(tmp_path, aud=["other", "office-actions"]), time.time())).jti == "t1"


@pytest.mark.parametrize(
    "other",
    [
        {"iss": "elsewhere"},
        {"iss": ...},
        {"aud": "other"},
        {"aud": ["other"]},
        {"aud": ...},
        {"sub": ...},
        {"sub": ""},
        {"sub": 7},
        {"sub": "a b"},
        {"jti": ...},
        {"iat": ...},
        {"exp": ...},
        {"exp": "9999999999"},
        {"exp": math.nan},
        {"exp": math.inf},
        {"exp": int(time.time()) - 1},
        {"iat": int(time.time()) + 86_400},
        {"nbf": int(time.time()) + 86_400},
        {"roles": ...},
        {"roles": "evaluator"},
        {"roles": [7]},
    ],
    ids=lambda other: next(f"{name} {type(value).__name__}" for name, value in other.items()),
)
async def test_a_claim_that_is_missing_or_wrong_proves_nobody(tmp_path: Path, tokens: Tokens, other: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        await tokens.verify(signed(tmp_path, **other), time.time())


def part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def forged(home: Path) -> dict[str, str]:
    """Tokens that are all right except for who signed them."""
    key, foreign = own_key(home), ECKey.generate_key("P-256")
    edward = OKPKey.generate_key("Ed25519")
    public = key.as_pem(private=False)
    good = signed(home)
    head, body, signature = good.split(".")
    none = f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims())}."
    confused = f"{part({'alg': 'HS256', 'kid': key.kid})}.{part(claims())}"
    mac = hmac.digest(public, confused.encode(), "sha256")
    return {
        "alg none": none,
        "alg none, our kid": f"{part({'alg': 'none', 'kid': key.kid})}.{part(claims())}.",
        "alg None, our kid": f"{part({'alg': 'None', 'kid': key.kid})}.{part(claims())}.",
        "alg none, our signature": none.split(".", maxsplit=1)[0] + f".{body}.{signature}",
        "no signature": f"{head}.{body}.",
        "HS256 with the public key": f"{confused}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}",
        "a foreign key": jwt.encode({"alg": "ES256"}, claims(), foreign, algorithms=["ES256"]),
        "a foreign key under our kid": jwt.encode({"alg": "ES256", "kid": key.kid}, claims(), foreign, algorithms=["ES256"]),
        "a foreign key in the header": jwt.encode(
            {"alg": "ES256", "jwk": foreign.as_dict(private=False)}, claims(), foreign, algorithms=["ES256"]
        ),
        "another kind of key": jwt.encode({"alg": "Ed25519", "kid": key.kid}, claims(), edward, algorithms=["Ed25519"]),
        "an unknown kid": jwt.encode({"alg": "ES256", "kid": "nobody"}, claims(), foreign, algorithms=["ES256"]),
        "a changed body": f"{head}.{body[:-4]}AAAA.{signature}",
        "no token at all": "x",
        "two parts": "a.b",
        "nested for ever": "e" * 9000,
    }


async def test_what_our_issuer_did_not_sign_proves_nobody(tmp_path: Path, tokens: Tokens, subtests: pytest.Subtests) -> None:
    for which, token in forged(tmp_path).items():
        with subtests.test(which), pytest.raises(Unauthenticated):
            await tokens.verify(token, time.time())


async def test_a_published_symmetric_key_signs_nothing(tmp_path: Path) -> None:
    shared = OctKey.generate_key(256)
    document = tmp_path / "jwks.json"
    ours = own_key(tmp_path).as_dict(private=False)
    document.write_text(json.dumps({"keys": [shared.as_dict(private=True, kid="shared"), ours]}))
    tokens = Tokens(Keys(Settings(home=tmp_path, jwks_file=document)), "office-actions-dev")
    with pytest.raises(Unauthenticated):
        await tokens.verify(jwt.encode({"alg": "HS256", "kid": "shared"}, claims(), shared, algorithms=["HS256"]), time.time())
    assert (await tokens.verify(signed(tmp_path), time.time())).actor.sub == "ada"


async def test_a_verified_token_is_remembered_until_it_expires(tmp_path: Path, tokens: Tokens) -> None:
    token = signed(tmp_path)
    now = time.time()
    assert tokens.recall(token, now) is None
    principal = await tokens.verify(token, now)
    assert tokens.recall(token, now) is principal
    assert tokens.recall(token[:-1], now) is None
    assert tokens.recall(token, principal.exp) is None
    assert tokens.recall(token, now) is None


async def test_tokens_of_a_withdrawn_key_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = tmp_path / "jwks.json"
    document.write_text(json.dumps({"keys": [own_key(tmp_path).as_dict(private=False)]}))
    keys = Keys(Settings(home=tmp_path, jwks_file=document))
    tokens = Tokens(keys, "office-actions-dev")
    token = signed(tmp_path)
    await tokens.verify(token, time.time())
    document.write_text(json.dumps({"keys": [ECKey.generate_key("P-256", auto_kid=True).as_dict(private=False)]}))
    monkeypatch.setattr("chassis.auth.keys.REFRESH_AT_MOST_EVERY", 0)
    await keys.refresh()
    assert tokens.recall(token, time.time()) is None
    with pytest.raises(Unauthenticated):
        await tokens.verify(token, time.time())


async def test_unknown_key_ids_do_not_make_us_ask_the_issuer_each_time(tmp_path: Path) -> None:
    document = tmp_path / "jwks.json"
    document.write_text(json.dumps({"keys": [own_key(tmp_path).as_dict(private=False)]}))
    keys = Keys(Settings(home=tmp_path, jwks_file=document))
    tokens = Tokens(keys, "office-actions-dev")
    await tokens.verify(signed(tmp_path), time.time())
    foreign = ECKey.generate_key("P-256", auto_kid=True)
    document.write_text(json.dumps({"keys": [foreign.as_dict(private=False)]}))
    with pytest.raises(Unauthenticated):
        await tokens.verify(jwt.encode({"alg": "ES256", "kid": foreign.kid}, claims(), foreign, algorithms=["ES256"]), time.time())
    assert keys.named(foreign.kid) is None


async def test_without_any_key_nobody_can_be_judged(tmp_path: Path) -> None:
    tokens = Tokens(Keys(Settings(home=tmp_path, jwks_file=tmp_path / "absent.json")), "office-actions-dev")
    with pytest.raises(Unavailable):
        await tokens.verify(signed(tmp_path), time.time())


def test_the_issuer_must_be_named_outside_dev_mode_and_reached_safely(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="OFFICE_JWKS_URL"):
        Keys(Settings(home=tmp_path))
    with pytest.raises(ValueError, match="https"):
        Keys(Settings(home=tmp_path, jwks_url="http://issuer.example/jwks"))
    Keys(Settings(home=tmp_path, jwks_url="http://127.0.0.1:9/jwks"))


def test_the_issuers_key_is_its_owners_alone_and_its_document_public(tmp_path: Path) -> None:
    issue(tmp_path, ["legal"], "ada", HOUR, Clock())
    assert stat.S_IMODE((tmp_path / "secrets" / "issuer.json").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["issuer.json"]
    assert "d" not in public_keys(tmp_path / "secrets")["keys"][0]


def kid_of(home: Path) -> str:
    return str(public_keys(home / "secrets")["keys"][0]["kid"])


def test_processes_that_start_at_once_share_one_key(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4) as pool:
        assert len(set(pool.map(kid_of, [tmp_path] * 8))) == 1


def test_a_token_needs_a_subject_a_lifetime_and_roles_that_exist(tmp_path: Path) -> None:
    for wrong in ({"sub": ""}, {"ttl": timedelta()}, {"roles": ["emperor"]}):
        options: dict[str, Any] = {"roles": ["legal"], "sub": "ada", "ttl": HOUR, "clock": Clock()} | wrong
        with pytest.raises(ValueError):
            issue(tmp_path, **options)
