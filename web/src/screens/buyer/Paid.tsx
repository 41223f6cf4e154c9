/**
 * Where the provider's page leads back to. What happened is asked from the API alone; the address says nothing.
 */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type Escrow, forgetDeal, readEscrow } from "../../api/deals";
import { type Failure, Refusal, Unreachable } from "../../api/problems";
import { Failed } from "../../forms/Loaded";
import { LinkButton } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { money } from "../../words/format";
import { t } from "../../words/words";
import { LEFT_AFTER, type Outcome, outcomeOf, PAUSES } from "./paid";

interface Watch {
  escrow?: Escrow;
  outcome: Outcome;
  /** How often the API was asked. */
  asked: number;
  failure?: Failure;
}

export default function Paid({ id }: { id: string }) {
  const { watch, look } = useWatch(id);
  const { escrow, outcome } = watch;
  return (
    <Page title={t("buyer.paid_title")} back={`/deals/${id}`}>
      {outcome === "paid" && <WasPaid id={id} escrow={escrow} />}
      {outcome === "failed" && <Again id={id} kind="error" title="buyer.failed" text="buyer.failed_why" />}
      {outcome === "ended" && (
        <Again id={id} kind="info" title="buyer.link_ended" text="buyer.link_ended_why" />
      )}
      {outcome === "late" && (
        <>
          <Note kind="info" title={t("buyer.late")}>
            <p>{t("buyer.late_why")}</p>
          </Note>
          <LinkButton href={`/deals/${id}`}>{t("buyer.to_job")}</LinkButton>
        </>
      )}
      {outcome === "waiting" && <Unknown id={id} watch={watch} look={look} />}
    </Page>
  );
}

/** What is said while nobody knows what became of the payment: one thing at a time. */
function Unknown({ id, watch, look }: { id: string; watch: Watch; look: () => void }) {
  const { asked, failure } = watch;
  if (failure) return <Failed failure={failure} busy={false} onAgain={look} />;
  if (asked > PAUSES.length)
    return <Again id={id} kind="waiting" title="buyer.we_tell_you" text="buyer.we_tell_you_why" />;
  if (asked >= LEFT_AFTER) return <Again id={id} kind="waiting" title="buyer.left" text="buyer.left_why" />;
  return (
    <Note kind="waiting" title={t("buyer.checking")}>
      <p>{t("buyer.checking_why")}</p>
    </Note>
  );
}

/** Whether it makes no sense to ask again by itself: nobody is signed in, or it is not theirs to see. */
function isRefused(failure: Failure | undefined): boolean {
  return failure instanceof Refusal && [401, 403, 404].includes(failure.status);
}

/** Asks until the outcome is known, it is refused, or the pauses are used up; `look` begins anew. */
function useWatch(id: string): { watch: Watch; look: () => void } {
  const watch = useSignal<Watch>({ outcome: "waiting", asked: 0 });
  const round = useSignal(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let gone = false;
    const look = async () => {
      const { failure: _before, ...known } = watch.peek();
      const asked = known.asked + 1;
      try {
        const escrow = await readEscrow(id);
        if (gone) return;
        watch.value = { escrow, outcome: outcomeOf(escrow), asked };
      } catch (cause) {
        if (!(cause instanceof Refusal || cause instanceof Unreachable)) throw cause;
        if (gone) return;
        watch.value = { ...known, asked, failure: cause };
      }
      if (watch.value.outcome !== "waiting") return forgetDeal(id);
      if (isRefused(watch.value.failure)) return;
      const pause = PAUSES[asked - 1];
      if (pause !== undefined) timer = setTimeout(() => void look(), pause * 1000);
    };
    void look();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [id, round.value]);
  const again = () => {
    watch.value = { outcome: "waiting", asked: 0 };
    round.value += 1;
  };
  return { watch: watch.value, look: again };
}

function WasPaid({ id, escrow }: { id: string; escrow: Escrow | undefined }) {
  const all = escrow && escrow.paidCents >= escrow.buyerTotalCents;
  return (
    <>
      <Note kind="done" title={t("buyer.was_paid", { amount: money(escrow?.paidCents ?? 0) })}>
        <p>{t(all ? "buyer.paid_all_next" : "buyer.paid_first_next")}</p>
      </Note>
      <LinkButton href={`/deals/${id}`}>{t("buyer.to_job")}</LinkButton>
    </>
  );
}

type Title = "buyer.failed" | "buyer.link_ended" | "buyer.left" | "buyer.we_tell_you";

interface AgainProps {
  id: string;
  kind: "error" | "info" | "waiting";
  title: Title;
  text: `${Title}_why`;
}

function Again({ id, kind, title, text }: AgainProps) {
  return (
    <>
      <Note kind={kind} title={t(title)}>
        <p>{t(text)}</p>
      </Note>
      <LinkButton href={`/deals/${id}/pay`}>{t("buyer.pay_again")}</LinkButton>
    </>
  );
}
