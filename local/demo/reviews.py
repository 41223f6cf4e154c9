"""Reviews of the demo's completed jobs, one of them answered; and two reports, of which one is resolved."""

from dataclasses import dataclass
from typing import Any

from local.demo.visit import Visits
from local.people import AYANDA, BONGANI, NOMVULA, SIPHO, THANDI, THEMBA, Person


@dataclass(frozen=True)
class DemoReview:
    """What one side of a completed job says about the other, and what that one has to say to it."""

    reviewer: Person
    job: str
    side: str
    review: dict[str, Any]
    subject: Person
    answer: str | None = None


REVIEWS = (
    DemoReview(
        THANDI, "Fix a leaking geyser", "buyer",
        {
            "rating": 5,
            "subRatings": {"workmanship": 5, "punctuality": 5, "communication": 4, "fairPrice": 4},
            "comment": "Came at seven, was done by nine, and swept up after himself.",
        },
        BONGANI, "Thank you, Thandi. Call me when the second geyser begins to drip.",
    ),
    DemoReview(
        BONGANI, "Fix a leaking geyser", "worker",
        {"rating": 5, "comment": "Knew what she wanted, and paid the same day."},
        THANDI,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class DemoReport:
    """What somebody reports of a person, and what an admin made of it."""

    reporter: Person
    about: Person
    reason: str
    note: str | None = None


REPORTS = (
    DemoReport(
        SIPHO,
        THEMBA,
        "The wireman's licence on this profile has no number.",
        "He has shown me the licence; it is good.",
    ),
    DemoReport(NOMVULA, BONGANI, "The picture shows somebody else's work."),
)


def load(visits: Visits) -> None:
    """Write what has not been written before."""
    for review in REVIEWS:
        write(visits, review)
    admin = visits.of(AYANDA)
    made = {one["reason"] for state in ("open", "resolved") for one in admin.everything("/reports", status=state)}
    for report in REPORTS:
        if report.reason not in made:
            bring_up(visits, report)


def write(visits: Visits, wanted: DemoReview) -> None:
    """Write a review and its answer, unless they are there."""
    reviewer = visits.of(wanted.reviewer)
    done = reviewer.everything("/jobs/mine", status="completed", **{"as": wanted.side})
    for job in done:
        if job["title"] == wanted.job:
            path = f"/jobs/{job['id']}/reviews"
            by = {one["reviewerId"]: one for one in reviewer.everything(path)}
            found = by.get(reviewer.who.user_id) or reviewer.call("POST", path, wanted.review)
            if wanted.answer and found["response"] is None:
                answer = {"comment": wanted.answer}
                visits.of(wanted.subject).call("POST", f"/reviews/{found['id']}/response", answer)


def bring_up(visits: Visits, report: DemoReport) -> None:
    """Make a report, and let the admin resolve it if they have something to say."""
    about = visits.of(report.about).who.user_id
    request = {"kind": "profile", "id": about, "reason": report.reason}
    made = visits.of(report.reporter).call("POST", "/reports", request)
    if report.note:
        decision = {"decision": "dismissed", "note": report.note}
        visits.of(AYANDA).call("POST", f"/reports/{made['id']}/resolution", decision)
