"""Routes of stories: submitting, reading and liking them, and the moderation queue."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from khaya.platform.base.feeds import FeedView
from khaya.platform.data.pages import Page, PageRequest, PageResult
from khaya.platform.web.access import ADMIN, FEED, PUBLIC, SIGNED_IN, Access
from khaya.platform.web.api import Api, Cursor, PageLimit
from khaya.stories import service, store
from khaya.stories.model import Story, StoryModerationRequest, StoryPosting, StoryType
from khaya.stories.view import LikesView, OwnStoryView, StoryCard, StoryView, own_story_view, story_card, story_view
from khaya.users.store import pass_account_guard

api = Api("Stories", pass_account_guard)

AUTHOR = Access("the story's author")


@api.post("/stories", SIGNED_IN, "Submit a story", status=201, body=OwnStoryView)
def submit(posting: Annotated[StoryPosting, Body()]) -> Response[OwnStoryView]:
    """Only the author and admins see it until an admin approves it."""
    story = service.submit(posting, author_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    api.count("StorySubmitted")
    view = own_story_view(story, story.author_id, liked=False)
    return api.answer(view, status=201, location=f"/stories/{story.id}", version=story.version)


@api.get("/stories", FEED, "Approved stories, newest first", body=Page[OwnStoryView | StoryView | StoryCard])
def approved(
    story_type: Annotated[StoryType | None, Query(alias="type")] = None,
    view: Annotated[FeedView, Query()] = "full",
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[OwnStoryView | StoryView | StoryCard]]:
    """Stories of every type, or of the given one."""
    page_request = api.page_request(limit, cursor, story_type)
    return _page(store.approved(story_type, page_request), page_request, view)


@api.get("/stories/featured", FEED, "Featured stories, newest first", body=Page[OwnStoryView | StoryView | StoryCard])
def featured(
    view: Annotated[FeedView, Query()] = "full",
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[OwnStoryView | StoryView | StoryCard]]:
    """Approved stories that admins chose to feature."""
    page_request = api.page_request(limit, cursor)
    return _page(store.featured(page_request), page_request, view)


@api.get("/stories/mine", SIGNED_IN, "One's own stories, newest first", body=Page[OwnStoryView])
def mine(
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[OwnStoryView]]:
    """The caller's stories with any status, with their moderation."""
    page_request = api.page_request(limit, cursor, private=True)
    return _own_page(store.of_author(api.caller.user_id, page_request), page_request)


@api.get("/stories/pending", ADMIN, "Pending stories, oldest first", body=Page[OwnStoryView])
def pending(
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[OwnStoryView]]:
    """The moderation queue."""
    page_request = api.page_request(limit, cursor, private=True)
    return _own_page(store.pending(page_request), page_request)


@api.get("/stories/<story_id>", PUBLIC, "One story", body=OwnStoryView | StoryView)
def one_story(story_id: str) -> Response[OwnStoryView | StoryView]:
    """Everybody sees an approved story. Its author and admins see it in any state."""
    story, liked = service.get_visible(story_id, api.visitor)
    view = story_view(story, api.visitor, liked=liked)
    return api.answer(view, version=story.version if isinstance(view, OwnStoryView) else None)


@api.delete("/stories/<story_id>", AUTHOR, "Delete a story", status=204, if_match=True)
def remove(story_id: str) -> Response[None]:
    """Deletes the story permanently."""
    story = service.get_visible(story_id, api.caller)[0].require_owner(api.caller.user_id)
    api.check_version(story.version)
    service.remove(story, unit_of_work=api.unit_of_work)
    return api.answer(None, status=204)


@api.put("/stories/<story_id>/like", SIGNED_IN, "Like a story", body=LikesView)
def like(story_id: str) -> Response[LikesView]:
    """Each person has at most one like. Idempotent."""
    likes = service.like(story_id, api.caller, now=api.now, unit_of_work=api.unit_of_work)
    return api.answer(LikesView(likes=likes, liked=True))


@api.delete("/stories/<story_id>/like", SIGNED_IN, "Remove a like", body=LikesView)
def unlike(story_id: str) -> Response[LikesView]:
    """Removes the caller's like. Idempotent."""
    likes = service.unlike(story_id, api.caller, unit_of_work=api.unit_of_work)
    return api.answer(LikesView(likes=likes, liked=False))


@api.post("/stories/<story_id>/moderation", ADMIN, "Decide on a story", body=OwnStoryView)
def moderate(story_id: str, request: Annotated[StoryModerationRequest, Body()]) -> Response[OwnStoryView]:
    """Approves or rejects a story, and optionally features it. A later decision replaces an earlier one."""
    moderator = api.caller.user_id
    story = service.moderate(story_id, request, moderator_id=moderator, now=api.now, unit_of_work=api.unit_of_work)
    liked = service.liked_by_story([story], api.caller)
    return api.answer(own_story_view(story, moderator, liked=liked[story.id]), version=story.version)


def _page(
    result: PageResult[Story], page_request: PageRequest, view: FeedView
) -> Response[Page[OwnStoryView | StoryView | StoryCard]]:
    liked = service.liked_by_story(result.items, api.visitor)

    def shown(story: Story) -> StoryView | StoryCard:
        likes = liked.get(story.id)
        return story_card(story, liked=likes) if view == "card" else story_view(story, api.visitor, liked=likes)

    return api.answer_page(result, page_request, shown)


def _own_page(result: PageResult[Story], page_request: PageRequest) -> Response[Page[OwnStoryView]]:
    liked = service.liked_by_story(result.items, api.caller)
    return api.answer_page(
        result, page_request, lambda story: own_story_view(story, api.caller.user_id, liked=liked[story.id])
    )


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle an API Gateway request."""
    return api.handle(event, context)
