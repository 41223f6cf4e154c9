"""Pictures after their hand-in: decoded, written anew, shown by links to those who may see them, and made public."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import VISITOR, Person, app
from tests.support.records import OFFERING, accept, list_materials, place_bid, post_job, profile, version_of
from tests.support.stand_in import stored
from tests.support.stories import MODERATOR, STORY, approve_story, reject_story
from tests.support.streams import follow
from tests.support.template import function_environment
from tests.support.uploads import PDF, asked, file, key_in, picture, put, stored_files, uploaded

OWNER = Person("owner-1", ("buyer", "worker", "seller"))
OTHER = Person("other-1", ("buyer", "worker", "seller"))
ADMIN = Person("admin-1", ("admin",))
BASE = "https://media.khaya.example"
CUT = picture(400, 300)[:3000]


@pytest.fixture
def cdn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployment whose CDN serves public pictures."""
    from khaya.platform.base import settings as module  # noqa: PLC0415 - after the environment is set

    changed = module.settings().model_copy(update={"media_base_url": BASE})
    original = module.settings.__wrapped__

    def settings(group: Any = module.Settings) -> Any:
        return changed if group is module.Settings else original(group)

    for name in ("khaya.uploads.view", "khaya.pictures.service", "khaya.pictures.consumer"):
        monkeypatch.setattr(f"{name}.settings", settings)


def photo(answer: Any) -> dict[str, Any]:
    (found,) = answer.body["photos"]
    assert isinstance(found, dict)
    return found


def public_files() -> list[str]:
    return stored_files("media/")


def seller() -> None:
    profile("owner-1", roles=["seller"], verified=True)


# What is written anew.


def test_a_ready_picture_is_shown_in_every_width_with_its_size() -> None:
    job = post_job(OWNER, photos=[uploaded(OWNER, "job", picture(2000, 1000))])
    follow("pictures")
    for viewer in (OWNER, OTHER, VISITOR):
        shown = photo(viewer.get(f"/jobs/{job}"))
        assert (shown["state"], shown["width"], shown["height"]) == ("ready", 1280, 640)
        assert {*shown["urls"]} == {"160", "320", "640", "1280"}
        assert key_in(shown["url"]) == key_in(shown["urls"]["1280"])
        for width, url in shown["urls"].items():
            stored_file = file(key_in(url))
            assert stored_file["ContentType"] == "image/webp"
            assert Image.open(io.BytesIO(stored_file["Body"].read())).width == int(width)


def test_widths_above_a_pictures_own_lead_to_its_largest_file() -> None:
    job = post_job(OWNER, photos=[uploaded(OWNER, "job", picture(200, 100))])
    follow("pictures")
    shown = photo(VISITOR.get(f"/jobs/{job}"))
    ends = {width: key_in(url).rpartition("/")[2] for width, url in shown["urls"].items()}
    assert ends == {"160": "160.webp", "320": "320.webp", "640": "320.webp", "1280": "320.webp"}
    assert (shown["width"], shown["height"]) == (200, 100)


def test_reading_a_job_with_pictures_needs_no_call_for_them() -> None:
    from bench.round_trips import counted  # noqa: PLC0415 - after the environment is set

    job = post_job(OWNER, photos=[uploaded(OWNER, "job") for _ in range(5)])
    follow("pictures")
    with counted() as calls:
        assert len(VISITOR.get(f"/jobs/{job}").body["photos"]) == 5
    assert len(calls) == 2, "the job, and its buyer's profile"


def test_a_second_upload_with_the_same_form_changes_nothing() -> None:
    # given a picture that was handed in
    key = uploaded(OWNER, "job", picture(300, 100))
    job = post_job(OWNER, photos=[key])
    # when another file is put there before and after it is decoded
    put(key, b"<script>alert(1)</script>")
    follow("pictures")
    put(key, picture(40, 40))
    follow("pictures")
    # then the first one is shown
    shown = photo(VISITOR.get(f"/jobs/{job}"))
    assert (shown["state"], shown["width"], shown["height"]) == ("ready", 300, 100)


def test_no_version_of_the_object_is_used_up_and_no_edit_is_lost() -> None:
    key = uploaded(OWNER, "job")
    job = post_job(OWNER, photos=[key])
    assert (
        OWNER.patch(f"/jobs/{job}", {"photos": [key, uploaded(OWNER, "job")]}, headers={"If-Match": '"1"'}).status
        == 200
    )
    follow("pictures")
    answer = OWNER.patch(f"/jobs/{job}", {"title": "Fix two taps"}, headers={"If-Match": '"2"'})
    assert (answer.status, [one["state"] for one in answer.body["photos"]]) == (200, ["ready", "ready"])


def test_a_picture_in_two_things_is_ready_in_both() -> None:
    key = uploaded(OWNER, "job")
    first = post_job(OWNER, photos=[key])
    follow("pictures")
    second = post_job(OWNER, photos=[key])
    assert photo(VISITOR.get(f"/jobs/{second}"))["state"] == "checking"
    follow("pictures")
    assert [photo(VISITOR.get(f"/jobs/{job}"))["state"] for job in (first, second)] == ["ready", "ready"]
    (row,) = stored("uploads")
    assert row["decodings"] == 1


def test_a_photo_that_was_taken_off_and_put_back_is_ready_again() -> None:
    key = uploaded(OWNER, "job")
    job = post_job(OWNER, photos=[key])
    follow("pictures")
    OWNER.patch(f"/jobs/{job}", {"photos": []})
    follow("pictures")
    assert stored("jobs")[0]["pictures"] == {}
    OWNER.patch(f"/jobs/{job}", {"photos": [key]})
    follow("pictures")
    assert photo(VISITOR.get(f"/jobs/{job}"))["state"] == "ready"


# Who gets a link.


def test_while_a_picture_is_checked_only_its_uploader_gets_a_link() -> None:
    key = uploaded(OWNER, "job")
    job = post_job(OWNER, photos=[key])
    own = photo(OWNER.get(f"/jobs/{job}"))
    assert (own["state"], key_in(own["url"]), own["urls"], own["width"]) == ("checking", key, None, None)
    assert "attachment" in own["url"]
    for viewer in (VISITOR, OTHER, ADMIN):
        expected = {"key": None, "url": None, "urls": None, "width": None, "height": None, "state": "checking"}
        assert photo(viewer.get(f"/jobs/{job}")) == expected
        (listed,) = viewer.get("/jobs").body["items"]
        assert listed["photos"] == [expected]


def test_given_photos_when_the_owner_hands_their_keys_in_again_then_they_stay_and_nobody_else_gets_the_keys() -> None:
    first, second, third = (uploaded(OWNER, "job") for _ in range(3))
    job = post_job(OWNER, photos=[first, second])
    follow("pictures")
    shown = [one["key"] for one in OWNER.get(f"/jobs/{job}").body["photos"]]
    assert shown == [first, second]
    # when one goes and another comes
    edited = OWNER.patch(f"/jobs/{job}", {"photos": [shown[1], third]})
    # then the one that stays is ready at once, because it was not uploaded anew
    assert [(one["key"], one["state"]) for one in edited.body["photos"]] == [(second, "ready"), (third, "checking")]
    for viewer in (VISITOR, OTHER, ADMIN):
        assert [one["key"] for one in viewer.get(f"/jobs/{job}").body["photos"]] == [None, None]


def test_a_picture_that_cannot_be_decoded_is_shown_to_its_uploader_only() -> None:
    good, bad = uploaded(OWNER, "job"), uploaded(OWNER, "job", CUT)
    job = post_job(OWNER, photos=[bad, good])
    follow("pictures")
    own = OWNER.get(f"/jobs/{job}").body["photos"]
    assert [one["state"] for one in own] == ["refused", "ready"]
    assert key_in(own[0]["url"]) == bad
    for viewer in (VISITOR, OTHER, ADMIN):
        assert [one["state"] for one in viewer.get(f"/jobs/{job}").body["photos"]] == ["ready"]
    # and it cannot be handed in anywhere else
    assert OWNER.patch(f"/jobs/{post_job(OWNER)}", {"photos": [bad]}).fields == {"photos"}


def test_proof_of_work_belongs_to_the_worker_until_it_is_checked() -> None:
    job = post_job(OTHER)
    accept(OTHER, place_bid(OWNER, job))
    OWNER.post(f"/jobs/{job}/submission", {"photos": [uploaded(OWNER, "submission")]})
    urls = [person.get(f"/jobs/{job}").body["submission"]["photos"][0]["url"] for person in (OWNER, OTHER, ADMIN)]
    assert [url is None for url in urls] == [False, True, True]
    follow("pictures")
    assert OTHER.get(f"/jobs/{job}").body["submission"]["photos"][0]["state"] == "ready"


def test_a_profiles_picture_and_certificates_follow_the_same_rule() -> None:
    profile("owner-1", roles=["worker"], display_name="Owner One")
    papers = [
        uploaded(OWNER, "certification", PDF, "application/pdf"),
        uploaded(OWNER, "certification", picture(200, 100)),
    ]
    wanted = [{"title": "Trade test", "key": papers[0]}, {"title": "First aid", "key": papers[1]}]
    OWNER.patch("/profiles/me", {"photoUrl": uploaded(OWNER, "profile"), "certifications": wanted})
    own, seen = OWNER.get("/profiles/me").body, ADMIN.get("/profiles/owner-1").body
    assert own["photoUrl"]
    assert all(one["url"] for one in own["certifications"])
    assert (seen["photoUrl"], [one["url"] for one in seen["certifications"]]) == (None, [None, None])
    follow("pictures", "reputation")
    seen = ADMIN.get("/profiles/owner-1").body
    assert key_in(seen["photoUrl"]).endswith("/160.webp")
    ends = [key_in(one["url"]).rpartition("/")[2] for one in seen["certifications"]]
    assert ends == ["document.pdf", "320.webp"]
    assert "attachment" in seen["certifications"][0]["url"]
    assert file(key_in(seen["certifications"][0]["url"]))["Body"].read() == PDF
    # the directory follows
    (row,) = VISITOR.get("/profiles").body["items"]
    assert key_in(row["photoUrl"]) == key_in(seen["photoUrl"])
    assert row["certifications"] == [{"title": "Trade test"}, {"title": "First aid"}]


def test_a_storys_pictures_follow_the_same_rule() -> None:
    story_answer = OWNER.post("/stories", {**STORY, "media": [uploaded(OWNER, "story"), uploaded(OWNER, "story", CUT)]})
    story = story_answer.body["id"]
    approve_story(story)
    assert [one["url"] for one in VISITOR.get(f"/stories/{story}").body["media"]] == [None, None]
    follow("pictures")
    (shown,) = VISITOR.get(f"/stories/{story}").body["media"]
    assert shown["contentType"] == "image/webp"
    assert key_in(shown["url"]).endswith("/160.webp")
    assert len(OWNER.get(f"/stories/{story}").body["media"]) == 2


# Faults.


def test_a_file_that_ends_the_function_three_times_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from khaya.pictures import service  # noqa: PLC0415 - after the environment is set

    def out_of_memory(*_: Any, **__: Any) -> None:
        raise SystemExit

    key = uploaded(OWNER, "job")
    job = post_job(OWNER, photos=[key])
    monkeypatch.setattr(service, "decode", out_of_memory)
    keys = app("pictures").SHOWN_BY
    for _ in range(3):
        with pytest.raises(SystemExit):
            service.check(key, keys)
    assert service.check(key, keys) is False
    assert photo(OWNER.get(f"/jobs/{job}"))["state"] == "refused"


def test_a_check_that_ended_before_the_object_was_told_is_finished_by_the_next_one() -> None:
    from khaya.pictures import service  # noqa: PLC0415 - after the environment is set

    key = uploaded(OWNER, "job")
    job = post_job(OWNER, photos=[key])
    service.check(key, {})  # as if it had ended here
    assert photo(VISITOR.get(f"/jobs/{job}"))["state"] == "checking"
    follow("pictures")
    assert photo(VISITOR.get(f"/jobs/{job}"))["state"] == "ready"


def test_what_was_never_handed_in_goes_with_its_row() -> None:
    key, kept = uploaded(OWNER, "job"), uploaded(OWNER, "job")
    put(key, picture(50, 50))
    post_job(OWNER, photos=[kept])
    follow("pictures")
    # when DynamoDB removes the row, a day after it was asked for
    stand_in.client("dynamodb").delete_item(TableName=function_environment()["UPLOADS_TABLE"], Key={"key": {"S": key}})
    follow("pictures")
    # then no version of the file is left, and what was handed in is
    bucket = function_environment()["MEDIA_BUCKET"]
    versions = stand_in.client("s3").list_object_versions(Bucket=bucket, Prefix="uploads/")["Versions"]
    assert {one["Key"] for one in versions} == {kept}


# Public copies.


def test_without_a_cdn_nothing_is_copied() -> None:
    seller()
    list_materials(OWNER, photos=[uploaded(OWNER, "listing")])
    follow("pictures")
    assert public_files() == []


@pytest.mark.usefixtures("cdn")
def test_a_public_picture_has_one_path_that_may_be_kept_for_a_year() -> None:
    seller()
    listing = list_materials(OWNER, photos=[uploaded(OWNER, "listing", picture(500, 300))])
    follow("pictures")
    urls = [photo(viewer.get(f"/listings/{listing}"))["url"] for viewer in (VISITOR, OTHER, OWNER)]
    assert len({*urls}) == 1
    folder = urls[0].removeprefix(f"{BASE}/").rpartition("/")[0]
    assert len(folder.removeprefix("media/")) == 32
    assert public_files() == [f"{folder}/{name}" for name in ("160.webp", "320.webp", "640.webp", "preview.jpg")]
    for key in public_files():
        found = file(key)
        assert found["CacheControl"] == "public, max-age=31536000, immutable"
        assert found["ContentType"] == ("image/jpeg" if key.endswith("jpg") else "image/webp")
    assert Image.open(io.BytesIO(file(f"{folder}/preview.jpg")["Body"].read())).size == (1200, 630)


@pytest.mark.usefixtures("cdn")
def test_proof_and_certificates_are_never_public() -> None:
    job = post_job(OTHER)
    accept(OTHER, place_bid(OWNER, job))
    OWNER.post(f"/jobs/{job}/submission", {"photos": [uploaded(OWNER, "submission")]})
    wanted = [{"title": "Trade test", "key": uploaded(OWNER, "certification")}]
    OWNER.patch("/profiles/me", {"certifications": wanted})
    follow("pictures")
    assert public_files() == []
    assert "X-Amz-Signature" in ADMIN.get("/profiles/owner-1").body["certifications"][0]["url"]


def _listing() -> tuple[str, str]:
    seller()
    listing = list_materials(OWNER, photos=[uploaded(OWNER, "listing")])
    return f"/listings/{listing}", listing


def _job() -> tuple[str, str]:
    job = post_job(OWNER, photos=[uploaded(OWNER, "job")])
    return f"/jobs/{job}", job


def _story() -> tuple[str, str]:
    story = OWNER.post("/stories", {**STORY, "media": [uploaded(OWNER, "story")]}).body["id"]
    approve_story(story)
    return f"/stories/{story}", story


def _profile() -> tuple[str, str]:
    profile("owner-1", roles=["worker"], display_name="Owner One")
    OWNER.patch("/profiles/me", {"photoUrl": uploaded(OWNER, "profile")})
    return "/profiles/owner-1", "owner-1"


THINGS = {"listing": _listing, "job": _job, "story": _story, "profile": _profile}

ENDS: dict[str, tuple[str, Any]] = {
    "a listing is made inactive": ("listing", lambda path, _: OWNER.patch(path, {"active": False})),
    "a listing is deleted": ("listing", lambda path, _: OWNER.delete(path)),
    "a listing loses its photo": ("listing", lambda path, _: OWNER.patch(path, {"photos": []})),
    "a job is cancelled": ("job", lambda path, _: OWNER.post(f"{path}/cancellation", {"reason": "Plans changed."})),
    "a job is accepted": ("job", lambda _, job: accept(OWNER, place_bid(OTHER, job))),
    "a job loses its photo": ("job", lambda path, _: OWNER.patch(path, {"photos": []})),
    "a story is rejected": ("story", lambda _, story: reject_story(story)),
    "a story is deleted": ("story", lambda path, _: OWNER.delete(path)),
    "a picture is replaced by none": ("profile", lambda *_: OWNER.patch("/profiles/me", {"photoUrl": None})),
}


@pytest.mark.usefixtures("cdn")
@pytest.mark.parametrize("what", ENDS)
def test_public_copies_are_deleted_when_the_object_is_not_public(what: str) -> None:
    thing, end = ENDS[what]
    path, object_id = THINGS[thing]()
    follow("pictures")
    assert len(public_files()) == 2
    end(path, object_id)
    follow("pictures")
    assert public_files() == []


@pytest.mark.usefixtures("cdn")
@pytest.mark.parametrize("thing", THINGS)
def test_public_files_go_while_their_owner_is_suspended_and_come_back(thing: str) -> None:
    THINGS[thing]()
    if thing != "profile":
        profile("owner-1") if thing != "listing" else None
    follow("pictures")
    before = public_files()
    assert len(before) == 2
    for status, expected in (("suspended", []), ("active", before)):
        answer = ADMIN.patch("/admin/users/owner-1", {"status": status, "reason": "Spoke to them."})
        assert answer.status == 200, answer.text
        follow("pictures")
        assert public_files() == expected


@pytest.mark.usefixtures("cdn")
def test_public_copies_are_deleted_when_their_owner_is_erased() -> None:
    seller()
    stand_in.pool_with(OWNER)
    OWNER.patch("/profiles/me", {"photoUrl": uploaded(OWNER, "profile")})
    list_materials(OWNER, photos=[uploaded(OWNER, "listing")])
    _job()
    _story()
    follow("pictures")
    assert len(public_files()) == 8
    assert OWNER.delete("/profiles/me").status == 204
    follow("pictures", "erasure")
    assert stored_files() == []
    assert stored("uploads") == []


@pytest.mark.usefixtures("cdn")
def test_a_listing_that_comes_back_has_its_path_back() -> None:
    path, _ = _listing()
    follow("pictures")
    before = public_files()
    OWNER.patch(path, {"active": False})
    follow("pictures")
    assert "X-Amz-Signature" in photo(OWNER.get(path))["url"]
    OWNER.patch(path, {"active": True})
    follow("pictures")
    assert public_files() == before
    assert photo(VISITOR.get(path))["url"].startswith(BASE)


@pytest.mark.usefixtures("cdn")
def test_a_waiting_listing_is_not_public_until_it_is_approved() -> None:
    profile("owner-1", roles=["seller"])
    listing = list_materials(OWNER, photos=[uploaded(OWNER, "listing")])
    follow("pictures")
    assert public_files() == []
    decision = {"version": version_of("listings", listing), "decision": "approve", "reason": "Seen."}
    assert ADMIN.post(f"/listings/{listing}/moderation", decision).status == 200
    follow("pictures")
    assert len(public_files()) == 2


@pytest.mark.usefixtures("cdn")
def test_copies_of_a_run_that_was_interrupted_are_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    from khaya.pictures import consumer, service, store  # noqa: PLC0415 - after the environment is set

    # given a run that ended after its copies were made
    path, listing = _listing()
    (key,) = [row["key"] for row in stored("uploads")]
    keys = app("pictures").SHOWN_BY
    service.check(key, keys)

    def ended(*_: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(store, "set_public", ended)
        with pytest.raises(SystemExit):
            service.refresh("listings", listing, "owner-1", (), keys)
    assert len(public_files()) == 2
    # when the listing is off the market before it runs again
    OWNER.delete(path)
    service.refresh("listings", listing, "owner-1", (), keys)
    # then they are gone
    assert public_files() == []
    assert consumer.message_for is not None


def test_evidence_of_somebody_who_left_stays_without_its_original() -> None:
    stand_in.pool_with(OWNER)
    profile("owner-1", roles=["worker"])
    profile("other-1", roles=["buyer"])
    job = post_job(OTHER)
    accept(OTHER, place_bid(OWNER, job))
    unused = asked(OWNER, "submission")
    put(unused, picture())
    OWNER.post(f"/jobs/{job}/submission", {"photos": [uploaded(OWNER, "submission", picture(200, 100))]})
    OTHER.post(f"/jobs/{job}/completion")
    follow("pictures")
    assert OWNER.delete("/profiles/me").status == 204
    follow("erasure", "pictures")
    assert [key.rpartition("/")[2] for key in stored_files()] == ["160.webp", "320.webp"]
    assert OTHER.get(f"/jobs/{job}").body["submission"]["photos"][0]["state"] == "ready"


def test_a_picture_of_somebody_who_leaves_while_it_is_checked_leaves_nothing(clock: Clock) -> None:
    from khaya.pictures import service  # noqa: PLC0415 - after the environment is set
    from khaya.uploads import store  # noqa: PLC0415

    key = uploaded(OWNER, "job")
    post_job(OWNER, photos=[key])
    original = service.files.put

    def erased_meanwhile(*arguments: Any, **headers: Any) -> None:
        original(*arguments, **headers)
        store.remove([key])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service.files, "put", erased_meanwhile)
        assert service.check(key, app("pictures").SHOWN_BY) is False
    assert stored_files("pictures/") == []


def test_moderators_see_nothing_of_a_picture_before_it_was_written_anew() -> None:
    profile("owner-1", roles=["seller"])
    OWNER.post("/listings", {**OFFERING, "photos": [uploaded(OWNER, "listing")]})
    (waiting,) = ADMIN.get("/listings/pending").body["items"]
    assert waiting["photos"][0]["url"] is None
    assert MODERATOR.user_id != OWNER.user_id
