/** What a report is about: its name, the page where it stands, and what an admin can do about it at once. */
import type { ComponentChildren } from "preact";
import { api, ask, type Schemas } from "../../api/client";
import { Refusal } from "../../api/problems";
import { type Query, useQuery } from "../../api/query";
import { t } from "../../words/words";
import { Decision } from "./Decision";

type Report = Schemas["AdminReportView"];

interface About {
  name: string;
  href: string;
  /** What it says, where that is short. */
  text?: string;
  act?: Act;
}

/** One thing that takes it from sight, or brings it back. */
interface Act {
  label: string;
  effect: string;
  danger: boolean;
  /** Who may not decide it. */
  owner: string;
  run: (key: string, reason: string) => Promise<unknown>;
}

/** Shows `children`, what was reported, between what it is about and what can be done. */
export function Reported({ report, children }: { report: Report; children: ComponentChildren }) {
  const about = useReported(report);
  const found = about.data.value;
  const kind = t(`admin.report_${report.kind}`);
  const gone = about.failure.value instanceof Refusal && about.failure.value.status === 404;
  return (
    <>
      <h2>
        {found ? (
          <a class="tap" href={found.href}>
            {kind}: {found.name}
          </a>
        ) : (
          kind
        )}
      </h2>
      {!found && gone && <p class="soft">{t("admin.report_gone")}</p>}
      {found?.text && <blockquote class="text">{found.text}</blockquote>}
      {children}
      {found?.act && (
        <ActNow
          id={`${report.kind}-${report.id}`}
          name={found.name}
          act={found.act}
          onDone={() => void about.reload()}
        />
      )}
    </>
  );
}

interface ActNowProps {
  id: string;
  name: string;
  act: Act;
  onDone: () => void;
}

function ActNow({ id, name, act: { label, effect, danger, owner, run }, onDone }: ActNowProps) {
  return (
    <Decision
      key={label}
      name={id}
      about={name}
      shortest={3}
      parties={[owner]}
      choices={[{ value: "act", label, effect, danger }]}
      decide={(key, _choice, reason) => run(key, reason)}
      onDone={onDone}
    />
  );
}

function useReported({ kind, reportedId }: Report): Query<About> {
  return useQuery(`admin/reported/${kind}/${reportedId}`, () => READ[kind](reportedId));
}

const READ: Record<Report["kind"], (id: string) => Promise<About>> = {
  profile: async (id) => {
    const found = await ask(api.GET("/admin/users/{userId}", { params: { path: { userId: id } } }));
    const about = { name: found.displayName || id, href: `/admin/people/${id}` };
    return found.status === "erased" ? about : { ...about, act: suspension(id, found.status === "active") };
  },
  job: async (id) => {
    const found = await ask(api.GET("/jobs/{jobId}", { params: { path: { jobId: id } } }));
    return { name: found.title, href: `/jobs/${id}` };
  },
  listing: async (id) => {
    const found = await ask(api.GET("/listings/{listingId}", { params: { path: { listingId: id } } }));
    return { name: found.title, href: `/materials/${id}` };
  },
  story: async (id) => {
    const found = await ask(api.GET("/stories/{storyId}", { params: { path: { storyId: id } } }));
    const about = { name: found.title, href: `/stories/${id}` };
    return "version" in found ? { ...about, act: storyAct(found) } : about;
  },
  review: async (id) => {
    const found = await ask(api.GET("/reviews/{reviewId}", { params: { path: { reviewId: id } } }));
    return {
      name: found.reviewerName,
      href: `/people/${found.subjectId}`,
      text: found.comment ?? "",
      act: reviewAct(found.id, found.reviewerId, "hidden" in found && found.hidden),
    };
  },
};

function suspension(userId: string, active: boolean): Act {
  return {
    label: t(active ? "admin.suspend" : "admin.lift"),
    effect: t(active ? "admin.suspend_effect" : "admin.lift_effect"),
    danger: active,
    owner: userId,
    run: (_key, reason) =>
      ask(
        api.PATCH("/admin/users/{userId}", {
          params: { path: { userId } },
          body: { status: active ? "suspended" : "active", reason },
        }),
      ),
  };
}

function storyAct({ id, authorId, status, version }: Schemas["OwnStoryView"]): Act {
  const shown = status !== "rejected";
  return {
    label: t(shown ? "admin.hide_story" : "admin.show_story"),
    effect: t(shown ? "admin.reject_effect" : "admin.approve_effect"),
    danger: shown,
    owner: authorId,
    run: (key, reason) =>
      ask(
        api.POST("/stories/{storyId}/moderation", {
          params: { path: { storyId: id }, header: { "Idempotency-Key": key } },
          body: { decision: shown ? "reject" : "approve", reason, version },
        }),
      ),
  };
}

function reviewAct(id: string, reviewerId: string, hidden: boolean): Act {
  return {
    label: t(hidden ? "admin.unhide" : "admin.hide"),
    effect: t(hidden ? "admin.unhide_effect" : "admin.hide_effect"),
    danger: !hidden,
    owner: reviewerId,
    run: (key, reason) =>
      ask(
        api.POST("/reviews/{reviewId}/moderation", {
          params: { path: { reviewId: id }, header: { "Idempotency-Key": key } },
          body: { hidden: !hidden, reason },
        }),
      ),
  };
}
