from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gatewright.errors import ConfigurationError, InvalidParameterError, InvalidTokenError
from gatewright.tokens import AccessTokens, KeyRing, key_from_pem, key_from_secret
from gatewright.tokens.compact import header_segment, sign_compact

SECRET = "tS3vQ0n8_Xw1Lk5-Zr7Yb2Hc9Md4Fg6Jp0Ae"
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
SOON = NOON + timedelta(minutes=30)
SECOND = timedelta(seconds=1)
NOON_SECONDS = int(NOON.timestamp())
KEY = key_from_secret(SECRET, kid="k1")


def tokens_with(current=KEY, previous=None, **settings) -> AccessTokens:
    settings = {"issuer": "https://auth.example", "audience": "api.example"} | settings
    return AccessTokens(KeyRing(current, previous), **settings)


def issue(tokens: AccessTokens, **changes) -> str:
    arguments = {"subject": "user-1", "session_id": "session-1", "issued_at": NOON, "expires_at": SOON}
    return tokens.issue(**(arguments | changes))


def forge(key=KEY, drop: str | None = None, **changes) -> str:
    """Sign any claims with the right key, as another program that shares it might."""
    claims = {
        "iss": "https://auth.example",
        "aud": "api.example",
        "sub": "user-1",
        "typ": "access",
        "jti": "session-1",
        "iat": NOON_SECONDS,
        "nbf": NOON_SECONDS,
        "exp": int(SOON.timestamp()),
    } | changes
    claims.pop(drop, None)
    return sign_compact(json.dumps(claims).encode(), header=header_segment(key), key=key)


def reason_of_refusal(token: object, tokens: AccessTokens | None = None, now: datetime = NOON) -> object:
    with pytest.raises(InvalidTokenError) as caught:
        (tokens or tokens_with()).read(token, now=now)
    assert caught.value.public_message == "The token is not valid."
    return caught.value.evidence["reason"]


TOKEN = issue(tokens_with())


def test_a_token_read_back_has_the_claims_it_was_issued_with(signing_key):
    """With every algorithm, what comes out is what went in, in our order, and times are whole seconds."""
    tokens = tokens_with(signing_key)
    token = issue(tokens, issued_at=NOON + timedelta(microseconds=999_999), extra={"name": "Zoë", "roles": ["a"]})

    claims = tokens.read(token, now=NOON + SECOND)

    assert list(claims.items()) == [
        ("iss", "https://auth.example"),
        ("aud", "api.example"),
        ("sub", "user-1"),
        ("typ", "access"),
        ("jti", "session-1"),
        ("iat", NOON_SECONDS),
        ("nbf", NOON_SECONDS),
        ("exp", NOON_SECONDS + 1800),
        ("name", "Zoë"),
        ("roles", ["a"]),
    ]


def test_the_header_is_always_the_same(signing_key):
    """Exactly alg, typ and kid, in this order and without spaces."""
    header = issue(tokens_with(signing_key)).split(".")[0]
    expected = f'{{"alg":"{signing_key.algorithm}","typ":"JWT","kid":"{signing_key.kid}"}}'

    assert header == urlsafe_b64encode(expected.encode()).decode().rstrip("=")


def test_the_offset_of_a_time_does_not_matter():
    """Aware datetimes name moments, wherever they were written down."""
    elsewhere = timezone(timedelta(hours=9))

    assert issue(tokens_with(), issued_at=NOON.astimezone(elsewhere)) == TOKEN


def test_reading_twice_gives_equal_claims_that_are_not_shared():
    """A caller may change the claims it got."""
    tokens = tokens_with()
    first = tokens.read(TOKEN, now=NOON)
    first["sub"] = "somebody else"

    assert tokens.read(TOKEN, now=NOON)["sub"] == "user-1"


def test_issuing_leaves_the_extra_claims_alone():
    """Arguments are not changed."""
    extra = {"roles": ["a"]}
    issue(tokens_with(), extra=extra)

    assert extra == {"roles": ["a"]}


def test_a_token_expires_at_its_expiry_and_not_before():
    """RFC 7519, 4.1.4: on or after the time it must not be accepted."""
    tokens = tokens_with()

    assert tokens.read(TOKEN, now=SOON - timedelta(microseconds=1))["jti"] == "session-1"
    assert reason_of_refusal(TOKEN, now=SOON) == "expired"
    assert reason_of_refusal(TOKEN, now=SOON + SECOND) == "expired"


def test_a_token_is_good_from_its_issue_and_not_before():
    """A token of the future is not good yet."""
    assert tokens_with().read(TOKEN, now=NOON)["jti"] == "session-1"
    assert reason_of_refusal(TOKEN, now=NOON - timedelta(microseconds=1)) == "not_yet_valid"


@pytest.mark.parametrize("lifetime", [timedelta(0), -SECOND, timedelta(milliseconds=900)])
def test_a_token_issued_without_a_lifetime_is_never_good(lifetime):
    """No whole second of life is no life."""
    token = issue(tokens_with(), expires_at=NOON + lifetime)

    assert reason_of_refusal(token, now=NOON - SECOND) == "wrong_exp"
    assert reason_of_refusal(token, now=NOON) == "wrong_exp"


def test_a_forged_token_without_changes_is_accepted():
    """The control for the tests below: only what they change is wrong."""
    assert tokens_with().read(forge(), now=NOON)["sub"] == "user-1"


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "typ", "jti", "iat", "nbf", "exp"])
def test_a_token_without_one_of_our_claims_is_refused(name):
    """Every claim that we issue is required."""
    assert reason_of_refusal(forge(drop=name)) == f"wrong_{name}"


@pytest.mark.parametrize("value", [None, "", " ", "other", "access ", "ACCESS", 1, True, ["access"], {"access": 1}])
@pytest.mark.parametrize("name", ["iss", "aud", "typ"])
def test_a_claim_with_a_fixed_value_accepts_no_other(name, value):
    """Foreign issuers and audiences, refresh tokens and lookalikes are refused."""
    assert reason_of_refusal(forge(**{name: value})) == f"wrong_{name}"


@pytest.mark.parametrize("kind", ["refresh", "reset", "verify", "challenge", "oauth-state", "id"])
def test_tokens_of_other_kinds_are_no_access_tokens(kind):
    """A token signed with the same key for another purpose does not open the door."""
    assert reason_of_refusal(forge(typ=kind)) == "wrong_typ"


@pytest.mark.parametrize("value", [["api.example"], ["api.example", "other"], "api.example,other", "api.exampl"])
def test_the_audience_is_one_plain_string(value):
    """We never issue lists, so a list is not ours; a part of the name is not the name."""
    assert reason_of_refusal(forge(aud=value)) == "wrong_aud"


@pytest.mark.parametrize("value", [None, "", 0, 7, True, ["user-1"], {"id": "user-1"}])
@pytest.mark.parametrize("name", ["sub", "jti"])
def test_names_are_strings_that_are_not_empty(name, value):
    """A user or a session without a name is nobody's."""
    assert reason_of_refusal(forge(**{name: value})) == f"wrong_{name}"


@pytest.mark.parametrize(
    "value", [None, "", str(NOON_SECONDS), float(NOON_SECONDS), 1.9e12, True, False, [], {}, float("nan"), float("inf")]
)
@pytest.mark.parametrize("name", ["iat", "nbf", "exp"])
def test_times_are_whole_numbers(name, value):
    """Not a string, no fractions, no truth values."""
    assert reason_of_refusal(forge(**{name: value})) == f"wrong_{name}"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"exp": NOON_SECONDS}, "wrong_exp"),
        ({"exp": -1}, "wrong_exp"),
        ({"iat": -(10**400), "exp": 0}, "expired"),
        ({"iat": NOON_SECONDS + 1}, "not_yet_valid"),
        ({"nbf": NOON_SECONDS + 1}, "not_yet_valid"),
        ({"nbf": 10**400}, "not_yet_valid"),
    ],
)
def test_times_are_compared_whatever_their_size(changes, reason):
    """Enormous numbers are numbers."""
    assert reason_of_refusal(forge(**changes)) == reason


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"1",
        b'"x"',
        b"[1]",
        b"{",
        b"{}{}",
        b'{"sub":"\xff"}',
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        b"[" * 5000,
        b'{"exp":' + b"1" * 5000 + b"}",
    ],
)
def test_a_signed_payload_that_is_no_json_object_is_refused(payload):
    """Even under a good signature, nothing but an object in UTF-8 is read."""
    assert reason_of_refusal(sign_compact(payload, header=header_segment(KEY), key=KEY)) == "not_json"


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (None, "not_text"),
        (0, "not_text"),
        (b"a.b.c", "not_text"),
        (TOKEN.encode(), "not_text"),
        ([TOKEN], "not_text"),
        ("", "malformed"),
        (".", "malformed"),
        ("..", "foreign_header"),
        ("...", "malformed"),
        ("\0", "malformed"),
        ("." * 8192, "malformed"),
        ("a" * 8193, "too_long"),
        ("a.b.c" * 2_000_000, "too_long"),
        (TOKEN + "\ud800", "not_ascii"),
        (TOKEN + "é", "not_ascii"),
        (TOKEN.replace("e", "\uff45"), "not_ascii"),
        (TOKEN + "\n", "malformed"),
        (TOKEN + "\0", "malformed"),
        (TOKEN + "=", "malformed"),
        (TOKEN + ".", "malformed"),
        (" " + TOKEN, "foreign_header"),
        ("Bearer " + TOKEN, "foreign_header"),
        (TOKEN.rpartition(".")[0], "malformed"),
        (TOKEN.rpartition(".")[0] + ".", "bad_signature"),
        (TOKEN.rpartition(".")[0] + ".A", "malformed"),
        (TOKEN.rpartition(".")[0] + "." + "A" * 43, "bad_signature"),
    ],
)
def test_garbage_is_refused_with_its_reason(token, reason):
    """Nothing that a stranger sends raises anything else."""
    assert reason_of_refusal(token) == reason


@given(st.one_of(st.text(), st.binary(), st.integers(), st.lists(st.text()), st.none()))
def test_whatever_comes_is_refused(token):
    """No input gets in or breaks the reader."""
    assert reason_of_refusal(token)


@given(st.text(alphabet="-_ABab01=+/ .", max_size=60), st.text(alphabet="-_ABab01=+/ ", max_size=60))
def test_whatever_comes_under_our_header_is_refused(payload, signature):
    """Reaching the cryptography does not help."""
    assert reason_of_refusal(f"{TOKEN.partition('.')[0]}.{payload}.{signature}")


@given(st.integers(0, len(TOKEN) - 1), st.characters())
def test_changing_any_character_is_refused(position, character):
    """There is one spelling of a token."""
    assume(character != TOKEN[position])

    assert reason_of_refusal(TOKEN[:position] + character + TOKEN[position + 1 :])


@pytest.mark.parametrize("position", range(len(TOKEN)))
def test_dropping_or_doubling_any_character_is_refused(position):
    """Nor may a token be shorter or longer."""
    assert reason_of_refusal(TOKEN[:position] + TOKEN[position + 1 :])
    assert reason_of_refusal(TOKEN[:position] + TOKEN[position] + TOKEN[position:])


def test_the_last_character_has_one_spelling(signing_key):
    """Base64 leaves bits unused at the end; setting them makes another text of the same signature."""
    tokens = tokens_with(signing_key)
    token = issue(tokens)
    signature = token.rpartition(".")[2]
    twins = [
        token[:-1] + last
        for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        if last != token[-1] and urlsafe_b64decode(signature[:-1] + last + "==") == urlsafe_b64decode(signature + "==")
    ]

    assert twins
    assert {reason_of_refusal(twin, tokens) for twin in twins} == {"malformed"}


def test_a_token_of_another_service_is_refused():
    """Two services that share a key still tell their tokens apart."""
    assert reason_of_refusal(issue(tokens_with(audience="other.example"))) == "wrong_aud"
    assert reason_of_refusal(issue(tokens_with(issuer="https://other.example"))) == "wrong_iss"


def test_a_token_of_the_previous_key_is_good_until_the_key_is_retired(private_pems):
    """Rotation: the new key signs, the old one still verifies, and then no longer."""
    old, new, newest = key_from_secret("old"), key_from_pem(private_pems["EdDSA"]), key_from_secret("newest")
    token = issue(tokens_with(old))

    assert tokens_with(new, old).read(token, now=NOON)["sub"] == "user-1"
    assert issue(tokens_with(new, old)) == issue(tokens_with(new))
    assert reason_of_refusal(token, tokens_with(newest, new)) == "foreign_header"


def test_a_key_is_known_by_its_name(private_pems):
    """A token that names one key and is signed with the other is refused."""
    current, previous = key_from_secret("new", kid="new"), key_from_secret("old", kid="old")
    imposter = forge(key_from_secret("old", kid="new"))

    assert reason_of_refusal(imposter, tokens_with(current, previous)) == "bad_signature"


def test_a_public_key_reads_and_does_not_issue(private_pems, public_pems):
    """A service that only has the public key cannot sign anybody in."""
    token = issue(tokens_with(key_from_pem(private_pems["ES256"])))
    reader = tokens_with(key_from_pem(public_pems["ES256"]))

    assert reader.read(token, now=NOON)["sub"] == "user-1"
    with pytest.raises(ConfigurationError, match="public"):
        issue(reader)


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "typ", "jti", "iat", "nbf", "exp"])
def test_extra_claims_cannot_replace_ours(name):
    """What a token says about itself is not the caller's to change."""
    with pytest.raises(InvalidParameterError, match=name):
        issue(tokens_with(), extra={name: "x"})


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": ""},
        {"session_id": ""},
        {"issued_at": NOON.replace(tzinfo=None)},
        {"expires_at": SOON.replace(tzinfo=None)},
        {"extra": {"photo": b"bytes"}},
        {"extra": {"ratio": float("nan")}},
        {"extra": {"text": "a" * 8192}},
    ],
)
def test_a_token_that_would_not_be_read_back_is_not_issued(changes):
    """Mistakes show where they are made."""
    with pytest.raises(InvalidParameterError):
        issue(tokens_with(), **changes)


def test_the_longest_token_that_is_issued_is_read_back():
    """Whoever issues and whoever reads know the same limit."""
    tokens = tokens_with()
    longest = issue(tokens, extra={"text": "a" * 5913})

    assert len(longest) == 8192
    assert tokens.read(longest, now=NOON)["text"] == "a" * 5913


def test_reading_at_a_naive_time_is_a_mistake():
    """A naive time is hours away from the truth on most machines."""
    with pytest.raises(InvalidParameterError, match="aware"):
        tokens_with().read(TOKEN, now=NOON.replace(tzinfo=None))


@pytest.mark.parametrize("settings", [{"issuer": ""}, {"audience": ""}])
def test_issuer_and_audience_are_not_empty(settings):
    """Without a name, tokens of different services would mix."""
    with pytest.raises(ConfigurationError, match="issuer and an audience"):
        tokens_with(**settings)
