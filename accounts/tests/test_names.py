"""What a username may be, and whom it may not look like. Every mount asks the same: see RegisterSuite."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from accounts.looks import is_reserved, skeleton_of_name, skeletons
from accounts.models import User
from accounts.tests.contract import PASSWORD
from accounts.validators import check_letters
from rest.tests.helpers import fields_named, whole_database

ZWJ, ZWNJ = "\u200d", "\u200c"


def register(client, username):
    return client.post("/register/", {"username": username, "password": PASSWORD})


def assert_refused(client, username, message):
    before = whole_database()
    response = register(client, username)
    assert response.status_code == 400, username
    assert fields_named(response)["username"] == [message]
    assert whole_database() == before


LIKE_ANOTHER = "This name looks like that of another user."
RESERVED = "This name is reserved."
IMPOSSIBLE = "Enter letters with their marks, digits and @/./+/-/_ only."

HONEST = [
    "प्रिया",  # Devanagari, with a virama and vowel signs
    "தமிழ்செல்வி",
    "ปิยะ",
    "น้ำฝน",
    "အောင်ဆန်း",
    "ཚེ་རིང".replace("་", ""),
    "ভূমিকা",
    "ಕನ್ನಡ",
    f"ശ്രീ{''}കുമാര്{ZWJ}",  # a chillu as it was written before it had a sign of its own
    f"ක්{ZWJ}රිස්ටි",
    f"می{ZWNJ}خواهم",
    "محمد",
    "מֹשֶׁה",
    "김철수",
    "山田太郎",
    "ニコラス山田",
    "ひろみ",
    "ボブ",
    "Bob山田",
    "李Lee",
    "김Kim",
    "Élodie",
    "Nguyễn",
    "Zoë",
    "Мария",
    "иван_123456",
    "Νίκος",
    "Արամ",
    "ნინო",
    "ሰላም",
    "john.doe+1@home-2_3",
    "प्रिया१२३",
]


@pytest.mark.parametrize("username", HONEST)
def test_an_honest_name_of_any_script_is_a_name(anonymous, username):
    for name in ("alice", "bob", "nikos", "maria", "ivan"):
        User.objects.create_user(name)
    response = register(anonymous, username)
    assert response.status_code == 201, response.json()
    login = anonymous.post("/login/", {"username": username.upper(), "password": PASSWORD})
    assert login.status_code == 200


IMPOSSIBLE_NAMES = {
    "a zero width space": "ali\u200bce",
    "a soft hyphen": "ali\u00adce",
    "a byte order mark": "alice\ufeff",
    "a word joiner": "ali\u2060ce",
    "an override of direction": "\u202eecila",
    "an isolate": "\u2066alice\u2069",
    "a mark of direction": "alice\u200f",
    "a joiner between Latin letters": f"ali{ZWJ}ce",
    "the other joiner": f"ali{ZWNJ}ce",
    "a joiner between Cyrillic letters": f"ма{ZWNJ}рия",
    "a joiner alone": ZWJ,
    "a joiner behind a vowel sign": f"कि{ZWJ}क",
    "two joiners": f"क्{ZWJ}{ZWJ}ष",
    "a joiner of graphemes": "ali\u034fce",
    "a selector": "alice\ufe0f",
    "a selector of ideographs": "山\U000e0100田",
    "a filler of Hangul": "\u3164",
    "the same as it is composed": "\u1160",
    "half a filler": "\uffa0",
    "a filler within": "alice\u115f",
    "a vowel that is not shown": "ក\u17b4",
    "tags": "alice\U000e0041",
    "a mark without a letter": "\u0301alice",
    "a mark on a digit": "alice1\u0332",
    "five marks": "x\u0323\u0331\u0332\u0333\u0353",
    "one mark twice": "x\u0332\u0332",
    "an enclosing mark": "a\u20dd",
    "a blank": "two words",
    "a slash": "a/b",
    "a picture": "🔑",
    "Braille without dots": "\u2800",
    "a private character": "\ue000",
}


@pytest.mark.parametrize("username", IMPOSSIBLE_NAMES.values(), ids=IMPOSSIBLE_NAMES)
def test_what_is_not_seen_or_belongs_to_no_letter_is_no_part_of_a_name(anonymous, username):
    assert IMPOSSIBLE in fields_named(register(anonymous, username))["username"]
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("name", "imitation"),
    [
        ("scope", "ѕсоре"),
        ("apple", "аррӏе"),
        ("jack", "јасk".replace("k", "к")),
        ("kevin", "кеѵіп"),
        ("bob", "ВОВ"),
        ("Bob", "воЬ"),
        ("ABC", "АВС"),
        ("alice", "aIice"),
        ("alice", "a1ice"),
        ("burney", "bumey"),
        ("nikon", "ηικοη"),
        ("houn", "հօսո"),
        ("elodie", "eӏodie".replace("ӏ", "ⅼ")),
        ("क्ष", f"क्{ZWJ}ष"),
        ("میخواهم", f"می{ZWNJ}خواهم"),
        ("ロイ", "口イ"),
    ],
)
def test_a_name_that_looks_like_anothers_is_refused_both_ways_round(anonymous, name, imitation):
    for first, second in ((name, imitation), (imitation, name)):
        User.objects.create_user(first)
        response = register(anonymous, second)
        assert response.status_code == 400, (first, second)
        assert fields_named(response)["username"][0] in (LIKE_ANOTHER, "A user with that username already exists.")
        User.objects.all().delete()


def test_the_message_says_so(anonymous, alice):
    assert_refused(anonymous, "aIice", LIKE_ANOTHER)


@pytest.mark.parametrize(
    ("one", "other"),
    [("kim1", "kim2"), ("user1", "user10"), ("zoe", "zoë"), ("ali", "all"), ("иван", "ivan"), ("мария", "maria")],
)
def test_names_that_anybody_tells_apart_live_side_by_side(anonymous, one, other):
    assert [register(anonymous, name).status_code for name in (one, other)] == [201, 201]


@pytest.mark.parametrize(
    "username", ["admin", "ADMIN", "аԁміп", "Support", "ѕуѕтем", "ѕtaff".replace("t", "т"), "root"]
)
def test_nobody_speaks_for_the_installation(anonymous, username):
    assert register(anonymous, username).status_code == 400
    assert is_reserved("аԁміп")
    assert not User.objects.exists()


def test_the_message_for_a_reserved_name(anonymous):
    assert_refused(anonymous, "аԁміп", RESERVED)


@pytest.mark.parametrize("username", ["administrate", "rooted", "mysupport", "adam"])
def test_a_name_that_only_contains_a_reserved_one_is_free(anonymous, username):
    assert register(anonymous, username).status_code == 201


def test_who_has_a_reserved_name_keeps_it(person):
    admin = person("admin", is_staff=True)
    assert admin.patch("/api/v1/users/me/", {"username": "Admin"}).status_code == 200
    assert admin.patch("/api/v1/users/me/", {"username": "root"}).status_code == 400


def test_staff_and_commands_may_give_one(db):
    call_command("createsuperuser", username="support", email="", interactive=False)
    User.objects.get().full_clean(exclude=["password"])


def test_renaming_is_held_to_the_same(alice, bob):
    for username in ("воЬ", "аԁміп", "\u3164", "b\u00adob"):
        response = alice.patch("/api/v1/users/me/", {"username": username})
        assert set(fields_named(response)) == {"username"}
    assert alice.patch("/api/v1/users/me/", {"username": "aIice"}).status_code == 200
    assert User.objects.get(pk=alice.user.pk).shown_skeleton == "alice"


def test_names_that_looked_alike_before_there_was_a_rule_can_still_be_saved(alice):
    User.objects.create_user("alice2")
    imitator = User.objects.create_user("aIice")
    for user in (alice.user, imitator):
        user.is_active = False
        user.full_clean()
        user.save()
    imitator.username = "alicе"
    with pytest.raises(ValidationError):
        imitator.full_clean()


def test_the_admin_refuses_imitations_as_well(sam, alice):
    sam.client.force_login(sam.user)
    body = {"username": "аӏісе", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    response = sam.post("/admin/accounts/user/add/", body, format="multipart")
    assert LIKE_ANOTHER in response.content.decode()
    assert User.objects.count() == 2


@pytest.mark.parametrize("length", [151, 100_000, 700_000])
@pytest.mark.parametrize("char", ["a", "а", "\u0301", "क", ZWJ])
def test_a_long_name_is_refused_by_its_length_alone(anonymous, char, length, monkeypatch):
    monkeypatch.setattr("accounts.looks.skeleton", lambda name: pytest.fail("looked at"))
    assert_refused(anonymous, char * length, "Ensure this field has no more than 150 characters.")


@pytest.mark.parametrize("char", ["a", "क", "가", "\u1e69", "m", "ӻ", "ǆ"])
def test_the_longest_name_fits_with_its_skeleton(anonymous, char):
    assert register(anonymous, char * 150).status_code in (201, 400)
    assert len(skeleton_of_name(char * 150)) <= 150


def test_a_skeleton_is_the_same_however_the_name_is_composed():
    assert skeletons("é" + "क़") == skeletons("e\u0301" + "क\u093c")


@pytest.mark.parametrize("username", ["a" * 150 + "\n", "alice\n"])
def test_a_line_end_is_no_part_of_a_name(username):
    with pytest.raises(ValidationError):
        check_letters(username)
