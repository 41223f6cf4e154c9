/** The state of a listing, and what a moderator said about it. */
import type { Schemas } from "../../api/client";
import { Badge } from "../../ui/Badge";
import type { IconName } from "../../ui/Icon";
import { Note } from "../../ui/Note";
import { t } from "../../words/words";

type Listing = Pick<Schemas["OwnListingView"], "status" | "moderation">;

const LOOKS: Record<Listing["status"], { icon: IconName; tone: "plain" | "good" | "wait" | "bad" }> = {
  active: { icon: "done", tone: "good" },
  pending: { icon: "clock", tone: "wait" },
  rejected: { icon: "warning", tone: "bad" },
  inactive: { icon: "close", tone: "plain" },
};

export function ListingState({ listing }: { listing: Listing }) {
  const { status, moderation } = listing;
  return (
    <>
      <Badge {...LOOKS[status]}>{t(`listing_status.${status}`)}</Badge>
      {status === "rejected" && moderation?.reason && (
        <Note kind="error" title={t("seller.refused_why")}>
          <p class="text">{moderation.reason}</p>
          <p>{t("seller.refused_next")}</p>
        </Note>
      )}
    </>
  );
}
