/** An own listing: its form, and whether it is for sale. */
import { api, ask, type Schemas } from "../../api/client";
import { useQuery } from "../../api/query";
import { Loaded } from "../../forms/Loaded";
import { Page } from "../../ui/Page";
import { t } from "../../words/words";
import { EditForm } from "./EditForm";
import { ListingState } from "./ListingState";
import { SaleState } from "./SaleState";
import { Stock } from "./Stock";

type Listing = Schemas["OwnListingView"];

export default function EditMaterial({ id }: { id: string }) {
  const listing = useQuery(
    `listings/${id}`,
    () => ask(api.GET("/listings/{listingId}", { params: { path: { listingId: id } } })) as Promise<Listing>,
    "private",
  );
  const reload = () => void listing.reload();
  return (
    <Page title={t("seller.edit_title")} back="/me/materials">
      <Loaded query={listing}>
        {(found) => (
          <>
            <p>
              <a class="tap" href={`/materials/${id}`}>
                {found.title}
              </a>
            </p>
            <ListingState listing={found} />
            <Stock listing={found} onChanged={reload} />
            <EditForm listing={found} onChanged={reload} />
            <SaleState listing={found} onChanged={reload} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
