/** Lists by pages: what is gone at the API is gone on the screen, and further pages that were opened stay open. */
import { describe, expect, it } from "vitest";
import { usePages } from "../src/api/query";
import { Loaded } from "../src/forms/Loaded";
import { Button } from "../src/ui/Button";
import { ShowMore } from "../src/ui/ShowMore";
import { open, sees, tap, words } from "./screen";

type Answer = { items: { id: string }[]; nextCursor: string | null };

function page(ids: string, nextCursor: string | null = null): Answer {
  return { items: [...ids].map((id) => ({ id: `<${id}>` })), nextCursor };
}

function list(answers: (cursor?: string) => Answer) {
  return function List() {
    const pages = usePages("list", async (cursor) => answers(cursor));
    return (
      <>
        <Loaded query={pages} empty={<p>nothing</p>}>
          {(items) => <p>all: {items.map((one) => one.id).join("")}</p>}
        </Loaded>
        <ShowMore more={pages.hasMore.value} busy={false} onMore={() => void pages.more()} />
        <Button onClick={() => void pages.reload()}>Again</Button>
      </>
    );
  };
}

describe("a list that is read again", () => {
  it.each([
    ["abc", "ab"],
    ["abc", "bc"],
    ["a", ""],
  ])("given %s, when only %s is left, then only that is shown", async (before, after) => {
    let now = page(before);
    const List = list(() => now);
    await open("/", <List />);
    await sees(`all: ${now.items.map((one) => one.id).join("")}`);
    now = page(after);
    await tap("Again");
    await sees(after ? `all: ${now.items.map((one) => one.id).join("")}` : "nothing");
    for (const gone of before) if (!after.includes(gone)) expect(words()).not.toContain(`<${gone}>`);
  });

  it("given two pages that are open, when the first is as it was, then both stay", async () => {
    const List = list((cursor) => (cursor ? page("cd") : page("ab", "next")));
    await open("/", <List />);
    await sees("all: <a><b>");
    await tap("Show more");
    await sees("all: <a><b><c><d>");
    await tap("Again");
    await sees("all: <a><b><c><d>");
  });
});
