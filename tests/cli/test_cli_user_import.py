"""``gatewright user import``: users from elsewhere, with their foreign hashes."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest

from gatewright.passwords import PasswordHasher

PASSWORD = "walrus umbrella Tuesday lantern"
FOO123 = "$2y$10$c1iqXvXuFKZ4hI4l.LhCvuacba1fR3OX.uPfPD29j4DkyayC6p4uu"
"""PHP's hash of foo123."""
HEADER = "username,email,password_hash,active,verified,roles\n"


def django_hash(password):
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), b"salt", 1000)
    return f"pbkdf2_sha256$1000$salt${base64.b64encode(digest).decode()}"


def names(database):
    return {user.username for user in database.list_users()}


@pytest.fixture
def import_csv(invoke, database, folder):
    """Import a CSV file with the usual header, and return the result with its document."""

    def import_csv(lines, *options, header=HEADER):
        raw = lines if isinstance(lines, bytes) else lines.encode()
        (folder / "users.csv").write_bytes(header.encode() + raw)
        result = invoke("user", "import", "users.csv", *options, "--json")
        return result, json.loads(result.stdout)

    return import_csv


@pytest.fixture
def import_json(invoke, database, folder):
    """Import lines of JSON, given as they are or as what they mean."""

    def import_json(*lines):
        (folder / "users.jsonl").write_text(
            "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        )
        result = invoke("user", "import", "users.jsonl", "--json")
        return result, json.loads(result.stdout)

    return import_json


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_users_sign_in_with_the_passwords_that_they_had(import_csv, import_json, database, kind):
    """By bcrypt, argon2 and Django's hashes; the fields become the user's."""
    database.create_role("editor")
    database.create_role("author")
    hashes = {"bcrypt": FOO123, "argon2": PasswordHasher(memory_kib=64).hash("foo123"), "django": django_hash("foo123")}
    rows = [
        {
            "username": name,
            "email": f"{name}@example.org",
            "password_hash": hash_,
            "active": 1,
            "verified": "yes",
            "roles": "editor; author" if kind == "csv" else ["editor", "author"],
        }
        for name, hash_ in hashes.items()
    ]
    lines = "".join(",".join(f'"{value}"' for value in row.values()) + "\r\n" for row in rows)
    result, document = import_csv(lines) if kind == "csv" else import_json(*rows)

    assert (result.exit_code, document["created"], document["bad"]) == (0, 3, [])
    for name in hashes:
        user = database.attempt(name, "foo123", "SQLUserProvider")
        assert (user.email, set(user.roles)) == (f"{name}@example.org", {"editor", "author"})


def test_what_is_not_said_has_safe_defaults(import_csv, database):
    """Active, not verified, no password, no roles; outer case and spaces of a column's name do not matter."""
    result, _ = import_csv("alice\n", header=" UserName \n")
    user = database.get_user("alice")

    assert result.exit_code == 0
    assert (user.is_active, user.is_verified, user.roles, user.email) == (True, False, (), None)


def test_a_mail_address_is_name_enough(import_csv, database):
    """A user without a username is created, and found again by the address."""
    results = [import_csv("Alice@Example.org,1\n", header="email,verified\n")[1] for _ in range(2)]

    assert [(document["created"], document["skipped"]) for document in results] == [(1, 0), (0, 1)]
    assert database.get_user("alice@example.org").is_verified


def test_what_is_there_is_skipped(import_csv, database):
    """Running it again changes nothing, whatever the spelling of the names; that is no error."""
    first, _ = import_csv("alice,,,1,1,\nbob,,,1,1,\n")
    database.disable_user("alice")
    second, document = import_csv("ALICE,,,1,1,\nbob ,,,1,1,\ncarol,,,1,1,\n")

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert (document["created"], document["skipped"], document["bad"]) == (1, 2, [])
    assert names(database) == {"alice", "bob", "carol"}
    assert not database.get_user("alice").is_active


def test_what_is_there_may_be_a_bad_line(import_csv, database):
    """With --on-conflict fail; the others are imported all the same."""
    database.create_user("alice")
    result, document = import_csv("alice,,,1,1,\nbob,,,1,1,\n", "--on-conflict", "fail")

    assert result.exit_code == 1
    assert document["bad"] == [{"line": 2, "reason": "This user already exists."}]
    assert names(database) == {"alice", "bob"}


BAD_LINES = {
    "no name": (",,,1,1,", "neither a username nor an email"),
    "email": ("x,nonsense,,1,1,", "email must look like"),
    "hash": ("x,,garbage,1,1,", "password_hash must be"),
    "unreadable bcrypt": (f"x,,{FOO123[:-1]},1,1,", "password_hash must be"),
    "active": ("x,,,perhaps,1,", "active must be 1 or 0"),
    "verified": ("x,,,1,2,", "verified must be 1 or 0"),
    "role": ("x,,,1,1,nope", "a role that nobody has declared"),
    "too many fields": ("x,,$argon2id$v=19$m=64,t=3,p=4$c2FsdA$aGFzaA,1,1,", "It has 8 fields, but the header has 6"),
    "too few fields": ("x", "It has 1 fields"),
    "taken email": ("x,taken@example.org,,1,1,", "email belongs to another user"),
    "earlier name": ("GOOD,,,1,1,", "An earlier line has the same"),
    "earlier email": ("x,good@example.org,,1,1,", "An earlier line has the same"),
    "not UTF-8": (b"x\xff,,,1,1,", "not UTF-8 text"),
    "NUL": ("x\0y,,,1,1,", "characters"),
    "control characters": ("\x1b[31m,,,1,1,", "visible characters"),
    "long name": (f"{'x' * 300},,,1,1,", "1 to 255 characters"),
    "huge": ("x" * 1_000_000, "It has more than 65,536 bytes"),
    "quotation": ('"x"y,,,1,1,', "It is not CSV"),
}


@pytest.mark.parametrize(("line", "reason"), BAD_LINES.values(), ids=BAD_LINES)
@pytest.mark.parametrize("is_dry_run", [False, True], ids=["real", "dry"])
def test_a_bad_line_is_reported_and_the_others_imported(import_csv, database, line, reason, is_dry_run):
    """With its number and the reason, in a dry run too; the exit code is 1."""
    database.create_user("taken", email="taken@example.org")
    raw = line if isinstance(line, bytes) else line.encode()
    options = ("--dry-run",) if is_dry_run else ()
    result, document = import_csv(b"good,good@example.org,,1,1,\n\n" + raw + b"\nbetter,,,1,1,\n", *options)

    assert result.exit_code == 1
    assert (document["created"], document["skipped"]) == (2, 0)
    assert [bad["line"] for bad in document["bad"]] == [4]
    assert reason in document["bad"][0]["reason"]
    assert names(database) == ({"taken"} if is_dry_run else {"taken", "good", "better"})


BAD_JSON = {
    "no JSON": ("nonsense", "not one JSON object"),
    "a list": ("[]", "not one JSON object"),
    "an opened list": ('[{"username": "x"},', "not one JSON object"),
    "two objects": ('{"username": "x"}{"username": "y"}', "not one JSON object"),
    "depth": ("[" * 60_000, "nested too deeply"),
    "digits": (f'{{"username": {"1" * 5000}}}', "number"),
    "lone surrogate": (r'{"username": "\ud800"}', "not text"),
    "lone surrogate in a password": (rf'{{"username": "x", "password": "{PASSWORD}\ud800"}}', "Unicode"),
    "lone surrogate in a hash": (r'{"username": "x", "password_hash": "\ud800"}', "password_hash must be"),
    "number for a name": ({"username": 5}, "username must be text, not int"),
    "list for a hash": ({"username": "x", "password_hash": [FOO123]}, "password_hash must be text, not list"),
    "object for a flag": ({"username": "x", "active": {}}, "active must be 1 or 0"),
    "number for roles": ({"username": "x", "roles": 5}, "roles must be text"),
    "numbers for roles": ({"username": "x", "roles": [5]}, "roles must be text"),
    "both": ({"username": "x", "password": PASSWORD, "password_hash": FOO123}, "both a password and a password_hash"),
    "weak": ({"username": "x", "password": "hunter2"}, "too short"),
    "a hash as password": ({"username": "x", "password": FOO123}, "Name that field password_hash"),
    "Django's column": ({"username": "x", "password": django_hash("foo123")}, "Name that field password_hash"),
    "an old hash as password": ({"username": "x", "password": f"$6$salt${'a' * 86}"}, "Name that field password_hash"),
}


@pytest.mark.parametrize(("line", "reason"), BAD_JSON.values(), ids=BAD_JSON)
def test_a_bad_line_of_json_is_reported_and_the_others_imported(import_json, database, line, reason):
    """As one of CSV is, and neither hash nor password is quoted."""
    result, document = import_json({"username": "good"}, line, "", {"username": "better"})

    assert result.exit_code == 1
    assert [bad["line"] for bad in document["bad"]] == [2]
    assert reason in document["bad"][0]["reason"]
    assert names(database) == {"good", "better"}
    for secret in (FOO123, PASSWORD, "hunter2"):
        assert secret not in result.output


def test_a_line_within_a_quoted_field_is_no_user(import_csv, database):
    """Somebody's biography must not make an administrator; numbers go on behind it."""
    database.create_role("admin")
    biography = '"I am\r\nevil,evil@example.org,,1,1,admin,\r\nand ""quoted"""'
    header = HEADER.replace("roles", "roles,bio")
    result, document = import_csv(f"alice,,,1,1,,{biography}\nbad,,,,\nbob,,,1,1,,\n", header=header)

    assert result.exit_code == 1
    assert [bad["line"] for bad in document["bad"]] == [5]
    assert document["ignored_fields"] == ["bio"]
    assert names(database) == {"alice", "bob"}


@pytest.mark.parametrize("filler", ["", "x" * 100_000 + "\n"], ids=["small", "huge"])
def test_a_quotation_mark_that_is_never_closed_is_reported_with_its_line(import_csv, database, filler):
    """What follows it is in quotation marks and so no user; the report says how far it goes."""
    result, document = import_csv(f'alice,,,1,1,\nbob,"b@example.org,,1,1,\n{filler}carol,,,1,1,\n')

    assert result.exit_code == 1
    assert [bad["line"] for bad in document["bad"]] == [3]
    assert f"is still open at line {5 if filler else 4}" in document["bad"][0]["reason"]
    assert names(database) == {"alice"}


def test_a_huge_quoted_field_hides_no_user(import_csv, database):
    """A text that is too long ends where its quotation mark is closed, not before."""
    biography = f'"{"x" * 100_000}\nevil,,,1,1,\n"'
    result, document = import_csv(f"alice,{biography},,1,1,\nbob,,,1,1,\n")

    assert result.exit_code == 1
    assert "It has more than 65,536 bytes, up to line 4" in document["bad"][0]["reason"]
    assert names(database) == {"bob"}


UNREADABLE = {
    "empty": (b"", "The file is empty"),
    "blank": (b"\n", "names neither a column"),
    "no header": (f"alice,a@example.org,{FOO123},1,1,\n".encode(), "names neither a column"),
    "no column": (b"name,mail\nalice,a@example.org\n", "names neither a column"),
    "another separator": (b"username:email\nalice:\n", "names neither a column"),
    "column twice": (b"username,email,EMAIL\nalice,,\n", "names a column twice"),
    "JSON": (b'{"username": "alice"}\n', "--format jsonl"),
    "UTF-16": ("username\nalice\n".encode("utf-16"), "not UTF-8 text"),
    "binary": (bytes(range(255, -1, -1)) * 10_000, "not UTF-8 text"),
    "endless header": (b"username," * 100_000, "more than 65,536 bytes"),
}


@pytest.mark.parametrize(("raw", "reason"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_is_none_of_users_is_bad_input(invoke, folder, raw, reason):
    """Exit code 2, told in a line that quotes nothing, before any database is opened."""
    (folder / "users.csv").write_bytes(raw)
    result = invoke("user", "import", "users.csv")

    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert FOO123 not in result.stderr
    assert [path.name for path in folder.iterdir()] == ["users.csv"]


def test_an_empty_file_of_json_lines_is_bad_input(invoke, folder):
    """Exit code 2: most likely the export failed."""
    (folder / "users.jsonl").touch()
    result = invoke("user", "import", "users.jsonl")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "The file is empty" in result.stderr


@pytest.mark.parametrize("place", ["nowhere", ".", "", "\0", "x" * 10_000, "\x1b[31m"])
def test_a_file_that_cannot_be_read_is_bad_input(invoke, place):
    """Exit code 2, in a line."""
    result = invoke("user", "import", place)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "cannot be read" in result.stderr
    assert "\x1b" not in result.stderr
    assert len(result.stderr) < 500


def test_a_byte_order_mark_is_no_part_of_the_header(invoke, database, folder):
    """As spreadsheets and PowerShell write it; in JSON lines too."""
    (folder / "a.csv").write_bytes(b"\xef\xbb\xbfusername\nalice\n")
    (folder / "b.jsonl").write_bytes(b'\xef\xbb\xbf{"username": "bob"}\n')
    codes = [invoke("user", "import", name).exit_code for name in ("a.csv", "b.jsonl")]

    assert codes == [0, 0]
    assert names(database) == {"alice", "bob"}


@pytest.mark.parametrize(
    ("options", "stdin"),
    [
        ((), "username\nalice\n"),
        (("--format", "csv"), "username\nalice"),
        (("--format", "jsonl"), '{"username":"alice"}'),
    ],
)
def test_users_come_from_standard_input(invoke, database, options, stdin):
    """As CSV unless it is said to be JSON lines."""
    result = invoke("user", "import", "-", *options, stdin=stdin)

    assert (result.exit_code, result.stdout) == (0, "Created: 1, already there: 0, bad lines: 0.\n")
    assert names(database) == {"alice"}


def test_passwords_in_clear_are_hashed_and_complained_about(import_json, invoke, database, folder):
    """The user signs in with it, and whoever imports is told to delete the file."""
    result, document = import_json({"username": "alice", "password": PASSWORD, "verified": True})
    (folder / "more.jsonl").write_text(json.dumps({"username": "bob", "password": PASSWORD}))
    for_people = invoke("user", "import", "more.jsonl")

    assert document["clear_passwords"] is True
    assert database.attempt("alice", PASSWORD, "SQLUserProvider").username == "alice"
    assert "plaintext passwords" in for_people.stderr
    assert PASSWORD not in result.output + for_people.output


def test_fields_that_are_not_imported_are_named(invoke, database, folder):
    """A mistyped column is not passed over in silence."""
    (folder / "users.csv").write_text(f"uid,created_at,username,pasword_hash\n1,2001-01-01,alice,{FOO123}\n")
    result = invoke("user", "import", "users.csv")

    assert result.exit_code == 0
    assert result.stderr == "Fields not imported: created_at, pasword_hash, uid.\n"


def test_the_report_for_people_is_on_stderr(invoke, database, folder):
    """A bad line is a line there; stdout is the answer."""
    (folder / "users.csv").write_text("username,active\nalice,1\nbob,perhaps\n")
    result = invoke("user", "import", "users.csv")

    assert (result.exit_code, result.stdout) == (1, "Created: 1, already there: 0, bad lines: 1.\n")
    assert result.stderr == "line 3: active must be 1 or 0, true or false, yes or no.\n"


def test_a_dry_run_says_what_would_be_done_and_does_nothing(invoke, import_csv, database):
    """What it counts is what the import then does; not even the record has a line more."""
    database.create_role("editor")
    database.create_user("bob")
    before = database.list_audit()
    lines = f"alice,,{FOO123},1,1,editor\nbob,,,1,1,\nALICE,,,1,1,\n"
    dry, told = import_csv(lines, "--dry-run")
    for_people = invoke("user", "import", "users.csv", "--dry-run")
    untouched = database.list_audit()
    real, done = import_csv(lines)

    assert untouched == before
    assert for_people.stdout == "Would be created: 1, already there: 1, bad lines: 1.\n"
    assert (dry.exit_code, told["dry_run"]) == (real.exit_code, not done["dry_run"]) == (1, True)
    assert [told[name] for name in ("created", "skipped", "bad")] == [
        done[name] for name in ("created", "skipped", "bad")
    ]


def test_a_name_that_is_a_wallets_address_is_not_taken_for_it(import_csv, database, sign_in, alice):
    """The wallet's user is another one, and not a reason to pass over the line."""
    wallet_user = database.get_user_by_id(sign_in(database, alice).user_id)
    documents = [import_csv(f"{alice.address},,,1,1,\n")[1] for _ in range(2)]

    assert [(document["created"], document["skipped"]) for document in documents] == [(1, 0), (0, 1)]
    assert database.get_user(alice.address).id == wallet_user.id


@pytest.mark.parametrize("options", [("--format", "xml"), ("--on-conflict", "overwrite")])
def test_what_it_cannot_do_is_bad_input(invoke, folder, options):
    """Exit code 2."""
    result = invoke("user", "import", "users.csv", *options)

    assert (result.exit_code, result.stdout) == (2, "")
