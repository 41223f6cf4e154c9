/** Questions about materials: those that a person asked, and those that they got as a seller. */
import { useLocation } from "preact-iso";
import { usePages } from "../../api/query";
import { Loaded } from "../../forms/Loaded";
import { has } from "../../session/person";
import { LinkButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { ShowMore } from "../../ui/ShowMore";
import { t } from "../../words/words";
import { EnquiryCard } from "./EnquiryCard";
import { enquiriesOf, type Side } from "./enquiries";

const SIDES: Side[] = ["buyer", "seller"];

export default function OwnEnquiries() {
  const { query } = useLocation();
  const side = SIDES.find((one) => one === query.as) ?? (has("seller") ? "seller" : "buyer");
  const enquiries = usePages(`enquiries/mine?${side}`, (cursor) => enquiriesOf(side, cursor), "private");
  return (
    <Page title={t("enquiries.title")} back="/me">
      <nav class="choices chips" aria-label={t("enquiries.sides")}>
        {SIDES.map((one) => (
          <a
            key={one}
            class="choice"
            href={`/me/enquiries?as=${one}`}
            aria-current={one === side ? "page" : undefined}
          >
            {t(`enquiries.as_${one}`)}
          </a>
        ))}
      </nav>
      <Loaded
        query={enquiries}
        empty={
          <Empty text={t(`enquiries.none_${side}`)}>
            <LinkButton href={side === "seller" ? "/me/materials" : "/materials"}>
              {t(`enquiries.go_${side}`)}
            </LinkButton>
          </Empty>
        }
      >
        {(items) => (
          <ul class="list">
            {items.map((one) => (
              <li key={one.id}>
                <EnquiryCard enquiry={one} side={side} onChanged={() => void enquiries.reload()} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <ShowMore
        more={enquiries.hasMore.value}
        busy={enquiries.loading.value}
        onMore={() => void enquiries.more()}
      />
    </Page>
  );
}
