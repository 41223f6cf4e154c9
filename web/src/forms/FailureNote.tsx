/** Says why something failed, and what can be done. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type Failure, Refusal, sentence } from "../api/problems";
import { Note } from "../ui/Note";
import { t } from "../words/words";
import { FaultNumber } from "./FaultNumber";
import { SuspendedNote } from "./SuspendedNote";

export function FailureNote({ failure }: { failure: Failure | undefined }) {
  if (!failure) return null;
  if (failure instanceof Refusal && failure.code === "suspended") return <SuspendedNote refusal={failure} />;
  return (
    <Note kind="error">
      <p>{sentence(failure)}</p>
      {failure instanceof Refusal && failure.retryAfter && <Countdown seconds={failure.retryAfter} />}
      <FaultNumber failure={failure} />
    </Note>
  );
}

/** Seconds from which minutes are easier to read. */
const LONG = 90;

/** Counts down to the moment when a request may be repeated. */
export function Countdown({ seconds }: { seconds: number }) {
  const left = useSignal(seconds);
  useEffect(() => {
    const ends = Date.now() + seconds * 1000;
    const timer = setInterval(() => {
      left.value = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
    }, 500);
    return () => clearInterval(timer);
  }, [seconds]);
  if (left.value > LONG) return <p>{t("failure.wait_minutes", { n: Math.ceil(left.value / 60) })}</p>;
  return <p>{left.value > 0 ? t("failure.wait", { n: left.value }) : t("failure.try_now")}</p>;
}
