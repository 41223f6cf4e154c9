/** Reading of lists of which an admin needs a part. */
import type { Page } from "../../api/query";

type Read<T> = (cursor?: string) => Promise<Page<T>>;

/** Returns a reader that leaves out what `keep` refuses, and reads on where nothing is left of a page. */
export function onlyThose<T>(read: Read<T>, keep: (item: T) => boolean): Read<T> {
  return async function next(cursor?: string): Promise<Page<T>> {
    const page = await read(cursor);
    const items = page.items.filter(keep);
    return items.length || !page.nextCursor ? { ...page, items } : next(page.nextCursor);
  };
}
