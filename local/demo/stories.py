"""Stories of the demo: one featured, two more approved, one turned down, one waiting; some of them liked."""

from dataclasses import dataclass
from typing import Any, Literal

from local.demo.visit import Visit, Visits
from local.people import AYANDA, BONGANI, LINDIWE, NOMVULA, SIPHO, THANDI, THEMBA, Person

Fate = Literal["pending", "approved", "featured", "rejected"]


@dataclass(frozen=True)
class DemoStory:
    """A story, what becomes of it, and who likes it."""

    author: Person
    title: str
    content: str
    type: str
    fate: Fate
    likers: tuple[Person, ...] = ()

    @property
    def posting(self) -> dict[str, Any]:
        """The story as its author tells it."""
        return {"title": self.title, "content": self.content, "type": self.type}


STORIES = (
    DemoStory(
        BONGANI, "From the roadside to a full calendar",
        "For six years I waited at the traffic lights with a cardboard sign. My first job here was a geyser."
        " The owner wrote a review the same evening, and now people ask for me by name.",
        "success", "featured", likers=(THANDI, SIPHO, NOMVULA),
    ),
    DemoStory(
        THANDI, "The geyser was fixed before breakfast",
        "Two bids within the hour, one of them with a clear price and a date. Bongani came at seven and left no mess."
        " My guests did not notice a thing.",
        "testimonial", "approved", likers=(BONGANI,),
    ),
    DemoStory(
        LINDIWE, "How many bricks for a wall",
        "Count fifty stock bricks for a square metre of single wall, and ten in a hundred more for breakage."
        " Order them in one load: two loads rarely have the same colour.",
        "tip", "approved", likers=(THEMBA, SIPHO),
    ),
    DemoStory(
        THEMBA, "Call me for any wiring",
        "I do wiring, plugs and boards at the best price in town. Call me today and save the commission.",
        "experience", "rejected",
    ),
    DemoStory(
        NOMVULA, "What I learned from my first bad review",
        "I had not covered the floor. I went back, cleaned it, and said sorry. Since then the covers go down before the"
        " first tin is opened, and the customer has booked me twice more.",
        "experience", "pending",
    ),
)  # fmt: skip

TURNED_DOWN = "A story is no place for advertising, and jobs are agreed on here."


def load(visits: Visits) -> None:
    """Tell every story of the demo, and let an admin decide on those that are to be decided on."""
    for story in STORIES:
        author = visits.of(story.author)
        told = {own["title"]: own for own in author.everything("/stories/mine")}
        present = told.get(story.title) or author.call("POST", "/stories", story.posting)
        if present["status"] == "pending" and story.fate != "pending":
            decide(visits.of(AYANDA), present["id"], story.fate)
        if story.fate in ("approved", "featured"):
            for person in story.likers:
                visits.of(person).call("PUT", f"/stories/{present['id']}/like")


def decide(admin: Visit, story_id: str, fate: Fate) -> None:
    """Approve a story, with or without featuring it, or turn it down."""
    rejected = {"decision": "reject", "reason": TURNED_DOWN}
    approved = {"decision": "approve", "featured": fate == "featured"}
    decision = rejected if fate == "rejected" else approved
    version = admin.call("GET", f"/stories/{story_id}")["version"]
    admin.call("POST", f"/stories/{story_id}/moderation", {**decision, "version": version})
