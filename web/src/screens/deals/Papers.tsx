/** The receipts of what a buyer paid, and the invoice of a worker's fee; read when somebody opens them. */
import { useSignal } from "@preact/signals";
import { api, ask } from "../../api/client";
import { useQuery } from "../../api/query";
import type { Side } from "../../deal/stages";
import { DownloadButton } from "../../forms/DownloadButton";
import { Loaded } from "../../forms/Loaded";
import { day, money } from "../../words/format";
import { t } from "../../words/words";

export function Papers({ id, side }: { id: string; side: Side }) {
  const open = useSignal(false);
  return (
    <details
      onToggle={(event) => {
        open.value = event.currentTarget.open;
      }}
    >
      <summary>{t("deals.papers")}</summary>
      {open.value && (side === "buyer" ? <Receipts id={id} /> : <Invoice id={id} />)}
    </details>
  );
}

const NEWEST = { params: { query: { limit: 50 } } };

function Receipts({ id }: { id: string }) {
  const payments = useQuery(`deals/${id}/payments`, async () =>
    (await ask(api.GET("/payments/mine", NEWEST))).items.filter(
      (one) => one.jobId === id && one.status === "paid",
    ),
  );
  return (
    <Loaded query={payments} empty={<p>{t("deals.no_papers")}</p>}>
      {(items) =>
        items.map((one) => (
          <DownloadButton key={one.id} path={`/payments/${one.id}/receipt`} file={`khaya-${one.id}.pdf`}>
            {t("deals.receipt", { amount: money(one.amountCents), day: day(one.at) })}
          </DownloadButton>
        ))
      }
    </Loaded>
  );
}

function Invoice({ id }: { id: string }) {
  const earnings = useQuery(`deals/${id}/earnings`, async () =>
    (await ask(api.GET("/earnings/mine", NEWEST))).items.filter(
      (one) => one.jobId === id && one.feeCents > 0,
    ),
  );
  return (
    <Loaded query={earnings} empty={<p>{t("deals.no_papers")}</p>}>
      {(items) =>
        items.map((one) => (
          <DownloadButton key={one.id} path={`/earnings/${one.id}/invoice`} file={`khaya-${one.id}.pdf`}>
            {t("deals.invoice", { amount: money(one.feeCents) })}
          </DownloadButton>
        ))
      }
    </Loaded>
  );
}
