/** The photos that the API has of a thing, of which a form keeps some: a changed list is sent as a whole. */
import type { Schemas } from "../api/client";

export interface StoredPhotos {
  /** The keys of the photos when the person began, in their order. */
  had: string[];
  /** The keys of those that are to go. */
  removed: string[];
}

/** Returns the stored photos of a thing of one's own, none of them removed. */
export function storedOf(photos: Schemas["Picture"][]): StoredPhotos {
  return { had: photos.flatMap(({ key }) => key ?? []), removed: [] };
}

/** Returns the keys that stay. */
export function staying({ had, removed }: StoredPhotos): string[] {
  return had.filter((key) => !removed.includes(key));
}

/** Returns what the outbox needs for a changed list; nothing where it is not changed. */
export function changeOfPhotos(stored: StoredPhotos, ids: string[], purpose: "job" | "listing") {
  if (!ids.length && staying(stored).length === stored.had.length) return {};
  return { pictures: { ids, stay: staying(stored), purpose, field: "photos" } };
}

/** Returns the same removals for a newer list, in which photos may have come or gone. */
export function removedFrom(photos: Schemas["Picture"][], { removed }: StoredPhotos): StoredPhotos {
  const { had } = storedOf(photos);
  return { had, removed: removed.filter((key) => had.includes(key)) };
}

/** Returns the removals of a change that came back, which names the keys that were to stay. */
export function removedBy(stay: string[] | undefined, photos: Schemas["Picture"][]): StoredPhotos {
  const { had } = storedOf(photos);
  return { had, removed: stay ? had.filter((key) => !stay.includes(key)) : [] };
}
