"""What databases and spreadsheets write to the files that ``gatewright user import`` reads: all of it is understood."""

from __future__ import annotations

import json

import pytest

FOO123 = "$2y$10$c1iqXvXuFKZ4hI4l.LhCvuacba1fR3OX.uPfPD29j4DkyayC6p4uu"


@pytest.fixture
def import_file(invoke, database, folder):
    """Import a file, and return the exit code and the document."""

    def import_file(content, *options, name="users.csv"):
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        result = invoke("user", "import", name, *options, "--json")
        return result.exit_code, json.loads(result.stdout)

    return import_file


@pytest.fixture
def import_value(import_file):
    """Import one user with a value in a column, in CSV or JSON; return the reasons why not."""

    def import_value(column, value, *, is_json):
        if is_json:
            content, name = json.dumps({"username": "alice", column: value}), "users.jsonl"
        else:
            content, name = f"username,{column}\nalice,{value}\n", "users.csv"
        return [bad["reason"] for bad in import_file(content, name=name)[1]["bad"]]

    return import_value


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["", "BOM"])
@pytest.mark.parametrize("quote", ["", '"'], ids=["plain", "quoted"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_header_shows_what_separates(import_file, database, separator, quote, mark, end):
    """Whatever the export wrote; the other signs are text."""
    database.create_role("editor")
    database.create_role("author")
    roles = "editor;author" if separator != ";" or quote else "editor"
    rows = [
        ("username", "email", "password_hash", "verified", "roles", "note"),
        ("alice", "alice@example.org", FOO123, "1", roles, "a note"),
        ("bob", "", "", "", "", ""),
    ]
    lines = [separator.join(f"{quote}{cell}{quote}" for cell in row) + end for row in rows]
    code, document = import_file(mark + "".join(lines))
    alice = database.attempt("alice", "foo123", "SQLUserProvider")

    assert (code, document["created"], document["bad"], document["ignored_fields"]) == (0, 2, [], ["note"])
    assert (alice.email, set(alice.roles)) == ("alice@example.org", {*roles.split(";")})


def test_a_sign_within_a_columns_name_separates_nothing(import_file, database):
    """The columns that a user needs decide."""
    code, document = import_file('username,email,"a;b;c;d;e"\nalice,alice@example.org,x\n')

    assert (code, document["created"], document["ignored_fields"]) == (0, 1, ["a;b;c;d;e"])


def test_a_line_of_another_separator_is_a_bad_line(import_file):
    """The reason names what to quote."""
    code, document = import_file("username;email\nalice;a;b\nbob,bob@example.org\ncarol;\n")

    assert (code, document["created"], [bad["line"] for bad in document["bad"]]) == (1, 1, [2, 3])
    assert "It has 3 fields, but the header has 2. Quote what holds a semicolon" in document["bad"][0]["reason"]


@pytest.mark.parametrize(
    "value",
    [
        *("1", "true", "TRUE", "yes", "Yes", "t", "y", " 1 "),
        *(
            "2024-01-31",
            "2024-01-31 12:00:00",
            "2024-01-31T12:00:00",
            "2024-01-31T12:00:00Z",
            "2024-01-31 12:00:00 UTC",
        ),
        *(
            "2024-01-31T12:00:00.123456+02:00",
            "2024-01-31 12:00:00+00",
            "2024-01-31 12:00:00.5-0330",
            "20240131T120000Z",
        ),
        *("1706702400", "1706702400.25", "1706702400000", "978307200"),
    ],
)
@pytest.mark.parametrize("column", ["verified", "email_verified_at"])
@pytest.mark.parametrize("is_json", [False, True], ids=["csv", "json"])
def test_a_flag_or_a_moment_says_verified(import_value, database, column, value, is_json):
    """In any zone, or none."""
    assert import_value(column, value, is_json=is_json) == []
    assert database.get_user("alice").is_verified


@pytest.mark.parametrize(
    "value", ["0", "false", "no", "f", "n", "", "NULL", r"\N", "0000-00-00 00:00:00", "0000-00-00"]
)
@pytest.mark.parametrize("column", ["verified", "email_verified_at"])
def test_nothing_says_not_verified(import_value, database, column, value):
    """The word and the sign for NULL, and the moment that is none."""
    assert import_value(column, value, is_json=False) == []
    assert not database.get_user("alice").is_verified


@pytest.mark.parametrize(
    ("value", "is_verified"),
    [(1, True), (0, False), (True, True), (False, False), (None, False), (1706702400, True), (1706702400.5, True)],
)
def test_json_has_values_of_its_own(import_value, database, value, is_verified):
    """Numbers, booleans and null."""
    assert import_value("verified", value, is_json=True) == []
    assert database.get_user("alice").is_verified is is_verified


@pytest.mark.parametrize(
    "value", ["2", "-1", "12345678", "perhaps", "2024-13-01", "2024-01-31 25:00:00", "31.01.2024", "\u0661"]
)
def test_an_unclear_moment_is_a_bad_line(import_value, database, value):
    """The reason says what would be clear."""
    (reason,) = import_value("verified", value, is_json=False)
    assert reason.startswith("verified must be 1 or 0")
    assert "2024-01-31T12:00:00Z" in reason


def test_both_columns_go_together(import_file, database):
    """The flag counts where there is one."""
    import_file("username,verified,email_verified_at\nalice,0,2024-01-31\nbob,,2024-01-31\ncarol,1,\n")
    assert [database.get_user(name).is_verified for name in ("alice", "bob", "carol")] == [False, True, True]


@pytest.mark.parametrize("nothing", ["", "NULL", r"\N"])
def test_null_is_nothing_in_every_column(import_file, database, nothing):
    """Each has its default, and nobody is called NULL."""
    header = "id,username,email,password_hash,active,verified,roles"
    code, document = import_file(f"{header}\n{nothing},alice{f',{nothing}' * 5}\n{f'{nothing},' * 6}{nothing}\n")
    user = database.get_user("alice")

    assert (code, document["created"]) == (1, 1)
    assert [bad["line"] for bad in document["bad"]] == [3]
    assert "neither a username nor an email" in document["bad"][0]["reason"]
    assert (user.email, user.is_active, user.is_verified, user.roles) == (None, True, False, ())
    assert len(user.id) == 32


@pytest.mark.parametrize("nothing", ["null", "Null"])
def test_null_in_small_letters_is_nothing_but_a_username(import_file, database, nothing):
    """As a tool writes it, and as people are called."""
    header = "id,username,email,password_hash,active,verified,roles"
    code, _ = import_file(f"{header}\n{nothing},{nothing}{f',{nothing}' * 5}\n")
    (user,) = database.list_users()

    assert code == 0
    assert (user.username, user.email, user.is_active, user.is_verified, user.roles) == ("null", None, True, False, ())
    assert len(user.id) == 32


@pytest.mark.parametrize("name", ["null", "Null", "N", "NULLA", "none"])
def test_what_looks_like_null_is_a_name(import_file, database, name):
    """In JSON the word itself, too: it has a null of its own."""
    import_file(f"username\n{name}\n")
    import_file('{"username": "NULL2"}\n{"username": "NULL"}', name="users.jsonl")
    assert {user.username for user in database.list_users()} == {name.lower(), "null", "null2"}


@pytest.mark.parametrize(
    "own", ["7", "007", "a3bb189e-8bf9-3891-9912-5a5e3c2f1d00", "auth0|5f7c8e", "A", "\u00fcber id", "x" * 255]
)
@pytest.mark.parametrize("is_json", [False, True], ids=["csv", "json"])
def test_an_id_of_ones_own_is_the_accounts(import_value, database, own, is_json):
    """Exactly; sessions and the record name the user by it."""
    assert import_value("id", own, is_json=is_json) == []
    assert database.get_user("alice").id == own
    assert database.get_user_by_id(own).username == "alice"
    assert database.list_audit(event="user_created")[-1][1].user_id == own


def test_a_number_of_json_is_an_id(import_value, database):
    """Zero is one as well."""
    assert import_value("id", 0, is_json=True) == []
    assert database.get_user("alice").id == "0"


@pytest.mark.parametrize(
    ("own", "reason"),
    [
        (" 7", "user_id must be"),
        ("x" * 256, "user_id must be"),
        ("a\u200bb", "user_id must be"),
        ([7], "id must be text"),
        (True, "id must be text"),
        (7.5, "id must be text"),
    ],
)
def test_what_can_be_no_id_is_a_bad_line(import_value, database, own, reason):
    """Nobody is made under another one."""
    (told,) = import_value("id", own, is_json=True)
    assert told.startswith(reason)
    assert database.list_users() == []


@pytest.mark.parametrize("options", [(), ("--dry-run",)], ids=["real", "dry"])
def test_an_id_belongs_to_one(import_file, database, options):
    """Every conflict is told with its line, in a dry run too; the rest is imported, or skipped where it is there."""
    database.create_user("there", user_id="1")
    lines = ["id,username", "1,there", "1,other", "2,there", ",there", "3,new", "3,newer", "4,new", "5,last"]
    code, document = import_file("\n".join(lines), *options)

    assert (code, document["created"], document["skipped"]) == (1, 2, 2)
    assert {bad["line"]: bad["reason"] for bad in document["bad"]} == {
        3: "Its id belongs to another user.",
        4: "This user already exists, with another id.",
        7: "An earlier line has the same id, username or email, or somebody took it meanwhile.",
        8: "An earlier line has the same id, username or email, or somebody took it meanwhile.",
    }
    made = {user.id: user.username for user in database.list_users()}
    assert made == {"1": "there"} | ({} if options else {"3": "new", "5": "last"})


def test_an_import_with_ids_goes_on_when_it_is_run_again(import_file):
    """Who is there is skipped, by name and id."""
    content = "id,username,email\n1,alice,\n2,,bob@example.org\n"
    counts = [(document["created"], document["skipped"]) for _, document in (import_file(content) for _ in range(2))]
    assert counts == [(2, 0), (0, 2)]


def test_one_mailbox_is_imported_once(import_file, database):
    """However its domain is written."""
    lines = ["username,email", "alice,info@münchen.example", "bob,info@xn--mnchen-3ya.example", ",INFO@MÜNCHEN.example"]
    code, document = import_file("\n".join(lines))

    assert (code, document["created"], [bad["line"] for bad in document["bad"]]) == (1, 1, [3, 4])
    assert database.get_user("info@xn--mnchen-3ya.example").username == "alice"
