/** The frame of each page: header, the screen of the address, bottom bar, and the sheets that lie over all. */
import { signal } from "@preact/signals";
import { LocationProvider, Route, Router, useLocation } from "preact-iso";
import { tooOld } from "./api/configuration";
import { openActionCount, unreadCount } from "./api/counts";
import { lazyScreen } from "./lazyScreen";
import { cannotKeep } from "./offline/drafts";
import { unsent } from "./offline/outbox";
import { loadNewest, takeUpdate } from "./offline/updates";
import { ROUTES, type RouteOf } from "./routes";
import { FirstLanguage } from "./session/FirstLanguage";
import { Gate } from "./session/Gate";
import { sharedPhone, signedIn } from "./session/person";
import { SharedPhoneSheet } from "./session/SharedPhoneSheet";
import { StepUpSheet } from "./session/StepUpSheet";
import { BottomBar } from "./ui/BottomBar";
import { Button } from "./ui/Button";
import { Header } from "./ui/Header";
import { NotChecked } from "./ui/NotChecked";
import { Note } from "./ui/Note";
import { noteAddress } from "./ui/pageBefore";
import { useScrollMemory } from "./ui/scrollMemory";
import { chosenLanguage, t } from "./words/words";

const languageChosen = signal(chosenLanguage() !== null);
const SCREENS = ROUTES.map((route) => ({ ...route, component: gated(route) }));

export function App() {
  if (!languageChosen.value)
    return (
      <FirstLanguage
        onChosen={() => {
          languageChosen.value = true;
        }}
      />
    );
  return (
    <LocationProvider>
      <Frame />
    </LocationProvider>
  );
}

function Frame() {
  const { path, url } = useLocation();
  useScrollMemory(url);
  noteAddress(url);
  const admin = path.startsWith("/admin");
  return (
    <div class={admin ? "frame wide" : "frame"}>
      <Header signOut={signedIn.value && sharedPhone.value === true} unsent={unsent.value} />
      <main id="main">
        {tooOld.value && <TooOld />}
        {cannotKeep.value && (
          <div class="sticky">
            <Note kind="error">
              <p>{t("draft.full")}</p>
            </Note>
          </div>
        )}
        <Router onRouteChange={takeUpdate}>
          {SCREENS.map((screen) => (
            <Route key={screen.path} path={screen.path} component={screen.component} />
          ))}
        </Router>
        <NotChecked />
      </main>
      {!admin && (
        <BottomBar
          path={path}
          open={openActionCount.value}
          unread={unreadCount.value}
          signedIn={signedIn.value}
        />
      )}
      <StepUpSheet />
      <SharedPhoneSheet />
    </div>
  );
}

/** Returns the screen of a route, behind the question whether this person may use it. */
function gated(route: RouteOf) {
  const Screen = lazyScreen(route);
  return (props: object) => (
    <Gate who={route.who}>
      <Screen {...props} />
    </Gate>
  );
}

/** Says that the deployment asks for a newer build, and loads it. */
function TooOld() {
  return (
    <Note kind="error">
      <p>{t("too_old")}</p>
      <Button onClick={() => void loadNewest()}>{t("too_old.load")}</Button>
    </Note>
  );
}
