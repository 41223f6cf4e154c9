/** What a side sees of its job now: where it stands, until when, the one main act, and the others. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useAction } from "../../api/action";
import { api, ask } from "../../api/client";
import { forgetDeal, type PartyJob } from "../../api/deals";
import { ShareButton } from "../../cards/ShareButton";
import type { Deal, Doing } from "../../deal/deal";
import { FailureNote } from "../../forms/FailureNote";
import { Badge } from "../../ui/Badge";
import { Button, LinkButton } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { t } from "../../words/words";

interface WhatNowProps {
  job: PartyJob;
  deal: Deal;
  onChanged: () => void;
  /** What explains where the job stands. */
  children?: ComponentChildren;
}

export function WhatNow({ job, deal, onChanged, children }: WhatNowProps) {
  const { name, sentence, deadline, main, others } = deal;
  return (
    <section>
      <Badge icon={name.icon} tone={name.tone}>
        {name.text}
      </Badge>
      <p>
        <strong>{sentence}</strong>
      </p>
      {deadline && <p>{deadline}</p>}
      {children}
      {main && <Act doing={main} job={job} main onChanged={onChanged} />}
      {others.map((doing) => (
        <Act key={doing.act} doing={doing} job={job} onChanged={onChanged} />
      ))}
    </section>
  );
}

interface ActProps {
  doing: Doing;
  job: PartyJob;
  main?: boolean;
  onChanged: () => void;
}

function Act({ doing, job, main = false, onChanged }: ActProps) {
  if (doing.act === "share") return <ShareButton kind="jobs" id={job.id} text={job.title} />;
  if (doing.act === "start") return <Start doing={doing} job={job} onChanged={onChanged} />;
  return (
    <LinkButton kind={main ? "primary" : "plain"} href={doing.href ?? `/deals/${job.id}`}>
      {doing.label}
    </LinkButton>
  );
}

/** Starts the work at once; it is never queued, because it depends on what was paid. */
function Start({ doing, job, onChanged }: { doing: Doing; job: PartyJob; onChanged: () => void }) {
  const started = useSignal(false);
  const start = useAction(
    (key) =>
      ask(
        api.POST("/jobs/{jobId}/start", {
          params: { path: { jobId: job.id }, header: { "Idempotency-Key": key } },
        }),
      ),
    `start/${job.id}`,
  );
  if (started.value) return <Note kind="done">{t("deals.started")}</Note>;
  return (
    <>
      <FailureNote failure={start.failure.value} />
      <Button
        busy={start.busy.value}
        onClick={async () => {
          if (!(await start.run())) return;
          started.value = true;
          forgetDeal(job.id);
          onChanged();
        }}
      >
        {doing.label}
      </Button>
    </>
  );
}
