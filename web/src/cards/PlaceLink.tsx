/** A place, and a link that opens it in the phone's own map: no map of a third party is in the app. */
import type { Schemas } from "../api/client";
import { t } from "../words/words";

interface PlaceLinkProps {
  /** The town or suburb, as its owner typed it. */
  place: string;
  /** The exact point, which the API gives only to those who may see it. */
  coordinates?: Schemas["Coordinates"] | null | undefined;
}

export function PlaceLink({ place, coordinates }: PlaceLinkProps) {
  return (
    <>
      {place}{" "}
      <a class="tap" href={mapAddress(place, coordinates)}>
        {t("place.map")}
      </a>
    </>
  );
}

/** Returns the address that map apps open: the point, or a search where only the name of the place is known. */
export function mapAddress(place: string, coordinates?: Schemas["Coordinates"] | null): string {
  if (coordinates) return `geo:${coordinates.lat},${coordinates.lng}?q=${coordinates.lat},${coordinates.lng}`;
  return `geo:0,0?q=${encodeURIComponent(`${place}, South Africa`)}`;
}
