/** Reads for screens: the saved copy at once, then the API's answer; kept in memory, so that Back shows it at once. */
import { type Signal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { readSaved, writeSaved } from "../offline/saved";
import { personId } from "../session/person";
import { type Failure, Refusal, Unreachable } from "./problems";

export interface Query<T> {
  /** The newest value that is known; undefined until there is one. */
  readonly data: Signal<T | undefined>;
  readonly failure: Signal<Failure | undefined>;
  readonly loading: Signal<boolean>;
  /** When the value was read, in milliseconds since 1970, if it is a saved copy; else undefined. */
  readonly savedAt: Signal<number | undefined>;
  /** Reads again. */
  reload(): Promise<void>;
}

/** "none": kept in memory only; "public": on the device, for everybody; "private": in the person's own database. */
export type Keep = "none" | "public" | "private";

const MEMORY_LIMIT = 60;
const memory = new Map<string, Query<unknown>>();
// What one person read is gone with them, also when the sign-out happened in another tab.
personId.subscribe(() => memory.clear());

/** Returns the query of a key, read again each time that a screen opens it. */
export function useQuery<T>(key: string, read: () => Promise<T>, keep: Keep = "none"): Query<T> {
  const query = useMemo(() => remembered(key, () => new Reading(key, read, keep)), [key, personId.value]);
  useEffect(() => {
    void query.reload();
  }, [query]);
  return query;
}

export interface Page<T> {
  items: T[];
  nextCursor?: string | null;
}

export interface Pages<T> extends Query<T[]> {
  readonly hasMore: Signal<boolean>;
  /** Reads the next page and appends it. */
  more(): Promise<void>;
}

/** Returns a list by pages. A list that was opened before is shown as it was, and its first page is read again. */
export function usePages<T>(
  key: string,
  read: (cursor?: string) => Promise<Page<T>>,
  keep: Keep = "none",
): Pages<T> {
  const pages = useMemo(
    () => remembered(key, () => new PagedReading(key, read, keep)),
    [key, personId.value],
  );
  useEffect(() => {
    void pages.reload();
  }, [pages]);
  return pages;
}

/** Forgets what starts with a key, after a write that changes it. Without a key: everything. */
export function forget(start = ""): void {
  for (const key of [...memory.keys()]) if (key.startsWith(start)) memory.delete(key);
}

class Reading<T> implements Query<T> {
  readonly data = signal<T | undefined>(undefined);
  readonly failure = signal<Failure | undefined>(undefined);
  readonly loading = signal(false);
  readonly savedAt = signal<number | undefined>(undefined);
  private running: Promise<void> | undefined;
  private readAt: number | undefined;

  constructor(
    private readonly key: string,
    private readonly read: () => Promise<T>,
    private readonly keep: Keep,
  ) {}

  reload(): Promise<void> {
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async run(): Promise<void> {
    const reader = personId.peek();
    this.loading.value = true;
    if (this.data.value === undefined && this.keep !== "none") {
      const saved = await readSaved<T>(this.keep, this.key);
      if (saved) {
        this.data.value = saved.value;
        this.savedAt.value = saved.savedAt;
      }
    }
    try {
      const value = await this.read();
      this.data.value = value;
      this.readAt = Date.now();
      this.savedAt.value = undefined;
      this.failure.value = undefined;
      // An answer that comes after a sign-out belongs to nobody any more.
      if (this.keep !== "none" && personId.peek() === reader) void writeSaved(this.keep, this.key, value);
    } catch (cause) {
      if (!(cause instanceof Refusal || cause instanceof Unreachable)) throw cause;
      this.failure.value = cause;
      if (cause instanceof Unreachable) this.savedAt.value ??= this.readAt; // what is shown has an age now
      if (cause instanceof Refusal && [401, 403, 404].includes(cause.status)) this.data.value = undefined;
    } finally {
      this.loading.value = false;
    }
  }
}

class PagedReading<T> implements Pages<T> {
  readonly hasMore = signal(false);
  private readonly first: Reading<Page<T>>;
  private cursor: string | null = null;
  private furtherOpen = false;
  readonly data = signal<T[] | undefined>(undefined);

  constructor(
    key: string,
    private readonly readPage: (cursor?: string) => Promise<Page<T>>,
    keep: Keep,
  ) {
    this.first = new Reading(key, () => readPage(), keep);
    this.first.data.subscribe((page) => {
      if (!page) {
        this.data.value = undefined;
        return;
      }
      // Further pages stay open where the first one is as it was, and is not all that there is.
      if (this.furtherOpen && page.nextCursor && sameStart(this.data.peek() ?? [], page.items)) return;
      this.furtherOpen = false;
      this.data.value = page.items;
      this.cursor = page.nextCursor ?? null;
      this.hasMore.value = this.cursor !== null;
    });
  }

  get failure() {
    return this.first.failure;
  }
  get loading() {
    return this.first.loading;
  }
  get savedAt() {
    return this.first.savedAt;
  }

  reload(): Promise<void> {
    return this.first.reload();
  }

  async more(): Promise<void> {
    if (!this.cursor || this.loading.value) return;
    this.loading.value = true;
    try {
      const page = await this.readPage(this.cursor);
      this.furtherOpen = true;
      this.data.value = [...(this.data.value ?? []), ...page.items];
      this.cursor = page.nextCursor ?? null;
      this.hasMore.value = this.cursor !== null;
    } catch (cause) {
      if (!(cause instanceof Refusal || cause instanceof Unreachable)) throw cause;
      this.failure.value = cause;
    } finally {
      this.loading.value = false;
    }
  }
}

function sameStart<T>(longer: T[], shorter: T[]): boolean {
  return shorter.every((item, index) => JSON.stringify(item) === JSON.stringify(longer[index]));
}

function remembered<Q>(key: string, make: () => Q): Q {
  const known = memory.get(key);
  const query = known ?? (make() as unknown as Query<unknown>);
  memory.delete(key);
  memory.set(key, query); // the newest last
  if (memory.size > MEMORY_LIMIT) memory.delete(memory.keys().next().value as string);
  return query as Q;
}
