/** A screen that is loaded when it is first opened; without a network, the page says so and tries again. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { exec } from "preact-iso/router";
import { ROUTES, type RouteOf } from "./routes";
import { Button } from "./ui/Button";
import { Note } from "./ui/Note";
import { Skeleton } from "./ui/Skeleton";
import { addWords, t } from "./words/words";

/** Begins to load the screen of an address, so that it comes together with the words. */
export function loadEarly(path: string): void {
  const route = ROUTES.find((one) => exec(path, one.path));
  route?.screen().catch(() => undefined); // it is loaded again when it is shown, and that says what failed
}

/** Returns the component of a route; once loaded, it is shown without waiting. */
export function lazyScreen(route: RouteOf): ComponentType<object> {
  let Screen: ComponentType<object> | undefined;

  async function load(): Promise<void> {
    const [loaded] = await Promise.all([
      route.screen(),
      addWords(...(route.words ?? ["work", "own", "problems"])),
    ]);
    Screen = loaded.default;
  }

  return function LazyScreen(props: object) {
    const [state, setState] = useState<"loading" | "loaded" | "failed">(Screen ? "loaded" : "loading");
    const open = () => {
      setState("loading");
      load().then(
        () => setState("loaded"),
        () => setState("failed"),
      );
    };
    useEffect(() => {
      if (!Screen) open();
    }, []);
    if (Screen) return <Screen {...props} />;
    if (state !== "failed") return <Skeleton />;
    return (
      <Note kind="offline">
        <p>{t("state.offline_nothing_saved")}</p>
        <Button onClick={open}>{t("try_again")}</Button>
      </Note>
    );
  };
}
