/** One enquiry, with what its side can do: the seller answers, calls or closes; the buyer reads. */
import { useSignal } from "@preact/signals";
import { useAction } from "../../api/action";
import { CallLinks } from "../../cards/CallLinks";
import { FailureNote } from "../../forms/FailureNote";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import type { IconName } from "../../ui/Icon";
import { Sheet } from "../../ui/Sheet";
import { moment, phone as shownPhone } from "../../words/format";
import { t } from "../../words/words";
import { AnswerForm } from "./AnswerForm";
import { closeEnquiry, type Enquiry, type Side } from "./enquiries";

const LOOKS: Record<Enquiry["status"], { icon: IconName; tone: "plain" | "good" | "wait" }> = {
  open: { icon: "clock", tone: "wait" },
  answered: { icon: "done", tone: "good" },
  closed: { icon: "close", tone: "plain" },
};

export function EnquiryCard({
  enquiry,
  side,
  onChanged,
}: {
  enquiry: Enquiry;
  side: Side;
  onChanged: () => void;
}) {
  const { status, answer } = enquiry;
  return (
    <article class="card">
      <h2>
        <a class="tap" href={`/materials/${enquiry.listingId}`}>
          {enquiry.listingTitle || t("enquiries.listing_gone")}
        </a>
      </h2>
      <p class="row">
        <Badge {...LOOKS[status]}>{t(`enquiries.status_${status}`)}</Badge>
        <a class="tap" href={`/people/${side === "seller" ? enquiry.buyerId : enquiry.sellerId}`}>
          {side === "seller" ? enquiry.buyerName : enquiry.sellerName}
        </a>
      </p>
      <p class="text">{enquiry.text}</p>
      {enquiry.quantity !== null && <p>{t("enquiries.quantity", { n: enquiry.quantity })}</p>}
      <p class="small soft">{t("enquiries.asked_on", { when: moment(enquiry.createdAt) })}</p>
      {answer && (
        <section>
          <h3>{t(side === "seller" ? "enquiries.your_answer" : "enquiries.answer_of")}</h3>
          <p class="text">{answer.text}</p>
          <p class="small soft">{moment(answer.at)}</p>
        </section>
      )}
      {side === "seller" ? <Contact enquiry={enquiry} /> : <OwnContact enquiry={enquiry} />}
      {side === "seller" && status === "open" && (
        <>
          <AnswerForm enquiry={enquiry} onAnswered={onChanged} />
          <Closing enquiry={enquiry} onClosed={onChanged} />
        </>
      )}
      {side === "buyer" && status === "open" && <p class="soft">{t("enquiries.wait_buyer")}</p>}
    </article>
  );
}

/** What the buyer let the seller know. The API gives the seller's phone to nobody. */
function OwnContact({ enquiry }: { enquiry: Enquiry }) {
  const { phone } = enquiry.contact;
  return (
    <p class="small soft">
      {phone ? t("enquiries.own_phone", { phone: shownPhone(phone) }) : t("enquiries.no_own_phone")}
    </p>
  );
}

/** The buyer's phone, by which the seller reaches them. */
function Contact({ enquiry }: { enquiry: Enquiry }) {
  const { phone, displayName } = enquiry.contact;
  if (!phone) return <p class="soft">{t("enquiries.no_phone")}</p>;
  const text = t("enquiries.whatsapp_text", { title: enquiry.listingTitle });
  return (
    <p class="row">
      <CallLinks phone={phone} name={displayName} text={text} />
    </p>
  );
}

function Closing({ enquiry, onClosed }: { enquiry: Enquiry; onClosed: () => void }) {
  const asking = useSignal(false);
  const close = useAction((key) => closeEnquiry(enquiry.id, key));
  return (
    <>
      <Button
        kind="plain"
        onClick={() => {
          asking.value = true;
        }}
      >
        {t("enquiries.close")}
      </Button>
      {asking.value && (
        <Sheet
          title={t("enquiries.close_question")}
          onClose={() => {
            asking.value = false;
          }}
        >
          <p>{t("enquiries.close_effect", { name: enquiry.buyerName })}</p>
          <FailureNote failure={close.failure.value} />
          <Button
            kind="danger"
            busy={close.busy.value}
            onClick={async () => {
              if (!(await close.run())) return;
              asking.value = false;
              onClosed();
            }}
          >
            {t("enquiries.close")}
          </Button>
          <Button
            kind="plain"
            onClick={() => {
              asking.value = false;
            }}
          >
            {t("enquiries.keep_open")}
          </Button>
        </Sheet>
      )}
    </>
  );
}
