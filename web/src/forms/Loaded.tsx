/** The common states of what a screen reads: loading, saved copy, failure, nothing there, and the content. */
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { type Failure, Refusal, sentence, Unreachable } from "../api/problems";
import type { Query } from "../api/query";
import { Button, LinkButton } from "../ui/Button";
import { Note } from "../ui/Note";
import { Skeleton } from "../ui/Skeleton";
import { moment } from "../words/format";
import { t } from "../words/words";
import { Countdown } from "./FailureNote";
import { FaultNumber } from "./FaultNumber";
import { SuspendedNote } from "./SuspendedNote";

interface LoadedProps<T> {
  query: Query<T>;
  /** What is shown where there is nothing: a sentence and an action. */
  empty?: ComponentChildren;
  /** Whether the value counts as nothing; an empty list does by itself. */
  isEmpty?: (value: T) => boolean;
  children: (value: T) => ComponentChildren;
}

const RETRY_AFTER = 5_000;

export function Loaded<T>({ query, empty, isEmpty, children }: LoadedProps<T>) {
  const value = query.data.value;
  const failure = query.failure.value;
  const down = failure instanceof Refusal && failure.status === 503;
  useEffect(() => {
    if (!down) return undefined;
    const timer = setTimeout(() => void query.reload(), (failure.retryAfter ?? 0) * 1000 || RETRY_AFTER);
    return () => clearTimeout(timer);
  }, [down, failure]);
  if (value === undefined)
    return failure ? (
      <Failed failure={failure} busy={query.loading.value} onAgain={() => void query.reload()} />
    ) : (
      <Skeleton />
    );
  const nothing = isEmpty ? isEmpty(value) : Array.isArray(value) && value.length === 0;
  return (
    <>
      {query.savedAt.value !== undefined && (
        <p class="age" role="status">
          {t("state.saved_copy", { when: moment(new Date(query.savedAt.value).toISOString()) })}
        </p>
      )}
      {failure && query.savedAt.value === undefined && <Note kind="error">{sentence(failure)}</Note>}
      {nothing && empty ? empty : children(value)}
    </>
  );
}

interface FailedProps {
  failure: Failure;
  busy: boolean;
  onAgain: () => void;
}

/** Says why nothing can be shown, and what to do about it. */
export function Failed({ failure, busy, onAgain }: FailedProps) {
  const { url } = useLocation();
  const again = (
    <Button busy={busy} onClick={onAgain}>
      {t("try_again")}
    </Button>
  );
  if (failure instanceof Unreachable)
    return (
      <Note kind="offline">
        <p>{t("state.offline_nothing_saved")}</p>
        {again}
      </Note>
    );
  if (failure.status === 401)
    return (
      <Note kind="info">
        <p>{t("gate.sign_in_why")}</p>
        <LinkButton href={`/sign-in?then=${encodeURIComponent(url)}`}>{t("sign_in")}</LinkButton>
      </Note>
    );
  if (failure.code === "suspended") return <SuspendedNote refusal={failure} />;
  if (failure.status === 404)
    return (
      <Note kind="info">
        <p>{t("state.not_found")}</p>
        <LinkButton href="/">{t("to_start")}</LinkButton>
      </Note>
    );
  return (
    <Note kind="error">
      <p>{sentence(failure)}</p>
      {failure.status === 503 && <p>{t("state.retries_by_itself")}</p>}
      {failure.retryAfter && failure.status === 429 ? <Countdown seconds={failure.retryAfter} /> : null}
      <FaultNumber failure={failure} />
      {again}
    </Note>
  );
}
