/** Every page: its address, its screen, which is loaded when it is opened, and who may use it. */
import type { ComponentType } from "preact";
import type { Who } from "./session/Gate";
import type { BundleName } from "./words/words";

export interface RouteOf {
  path: string;
  // biome-ignore lint/suspicious/noExplicitAny: the router gives each screen the parameters of its address
  screen: () => Promise<{ default: ComponentType<any> }>;
  who: Who;
  /** The words beside those of the first screens; if left out, those of work, of one's own pages and of problems. */
  words?: BundleName[];
}

export const ROUTES: RouteOf[] = [
  // Anybody
  { path: "/", screen: () => import("./screens/public/Home"), who: "anybody", words: [] },
  { path: "/jobs", screen: () => import("./screens/public/JobFeed"), who: "anybody", words: [] },
  { path: "/jobs/:id", screen: () => import("./screens/public/JobPage"), who: "anybody", words: [] },
  { path: "/workers", screen: () => import("./screens/public/WorkerDirectory"), who: "anybody", words: [] },
  { path: "/people/:id", screen: () => import("./screens/public/PersonPage"), who: "anybody", words: [] },
  { path: "/materials", screen: () => import("./screens/public/MaterialFeed"), who: "anybody", words: [] },
  {
    path: "/materials/:id",
    screen: () => import("./screens/public/MaterialPage"),
    who: "anybody",
    words: [],
  },
  { path: "/stories", screen: () => import("./screens/public/StoryFeed"), who: "anybody", words: [] },
  { path: "/stories/:id", screen: () => import("./screens/public/StoryPage"), who: "anybody", words: [] },
  { path: "/leaderboard", screen: () => import("./screens/public/Leaderboard"), who: "anybody", words: [] },
  { path: "/help", screen: () => import("./screens/pages/Help"), who: "anybody", words: ["pages"] },
  { path: "/terms", screen: () => import("./screens/pages/Terms"), who: "anybody", words: ["pages"] },
  { path: "/privacy", screen: () => import("./screens/pages/Privacy"), who: "anybody", words: ["pages"] },
  { path: "/data-use", screen: () => import("./screens/pages/DataUse"), who: "anybody", words: ["pages"] },
  { path: "/sign-in", screen: () => import("./screens/sign-in/SignIn"), who: "anybody", words: [] },
  { path: "/code", screen: () => import("./screens/sign-in/Code"), who: "anybody", words: [] },
  { path: "/name", screen: () => import("./screens/sign-in/Name"), who: "signedIn", words: [] },
  { path: "/signed-in", screen: () => import("./screens/sign-in/SignedIn"), who: "anybody", words: [] },
  { path: "/invite/:code", screen: () => import("./screens/sign-in/Invite"), who: "anybody", words: [] },
  { path: "/share", screen: () => import("./screens/share/SharedPhotos"), who: "anybody" },
  // Signed in
  { path: "/deals", screen: () => import("./screens/deals/Deals"), who: "signedIn" },
  { path: "/deals/:id", screen: () => import("./screens/deals/JobRoom"), who: "signedIn" },
  { path: "/inbox", screen: () => import("./screens/me/Inbox"), who: "signedIn" },
  { path: "/outbox", screen: () => import("./screens/me/OutboxPage"), who: "signedIn" },
  { path: "/me", screen: () => import("./screens/me/Me"), who: "signedIn" },
  { path: "/me/edit", screen: () => import("./screens/me/EditProfile"), who: "signedIn" },
  { path: "/me/verification", screen: () => import("./screens/me/Verification"), who: "signedIn" },
  { path: "/me/reminders", screen: () => import("./screens/me/Reminders"), who: "signedIn" },
  { path: "/me/stories", screen: () => import("./screens/me/OwnStories"), who: "signedIn" },
  { path: "/me/stories/new", screen: () => import("./screens/me/NewStory"), who: "signedIn" },
  { path: "/me/enquiries", screen: () => import("./screens/me/OwnEnquiries"), who: "signedIn" },
  { path: "/report/:kind/:id", screen: () => import("./screens/me/Report"), who: "signedIn" },
  { path: "/me/credits", screen: () => import("./screens/money/Credits"), who: "signedIn" },
  { path: "/me/credits/withdraw", screen: () => import("./screens/money/Withdraw"), who: "signedIn" },
  { path: "/me/invitation", screen: () => import("./screens/money/Invitation"), who: "signedIn" },
  { path: "/me/settings", screen: () => import("./screens/settings/Settings"), who: "signedIn" },
  { path: "/me/settings/notices", screen: () => import("./screens/settings/Channels"), who: "signedIn" },
  { path: "/me/settings/sessions", screen: () => import("./screens/settings/Sessions"), who: "signedIn" },
  { path: "/me/settings/contacts", screen: () => import("./screens/settings/Contacts"), who: "signedIn" },
  { path: "/me/settings/password", screen: () => import("./screens/settings/Password"), who: "signedIn" },
  { path: "/me/settings/export", screen: () => import("./screens/settings/Export"), who: "signedIn" },
  { path: "/me/settings/erasure", screen: () => import("./screens/settings/Erasure"), who: "signedIn" },
  // Buyer
  { path: "/post", screen: () => import("./screens/buyer/PostJob"), who: "anybody" },
  { path: "/post/:step", screen: () => import("./screens/buyer/PostJob"), who: "anybody" },
  { path: "/deals/:id/edit", screen: () => import("./screens/buyer/EditJob"), who: "signedIn" },
  { path: "/deals/:id/bids", screen: () => import("./screens/buyer/Bids"), who: "signedIn" },
  { path: "/deals/:id/pay", screen: () => import("./screens/buyer/Pay"), who: "signedIn" },
  { path: "/deals/:id/paid", screen: () => import("./screens/buyer/Paid"), who: "signedIn" },
  { path: "/deals/:id/check", screen: () => import("./screens/buyer/CheckWork"), who: "signedIn" },
  {
    path: "/deals/:id/refund-account",
    screen: () => import("./screens/buyer/RefundAccount"),
    who: "signedIn",
  },
  { path: "/me/payments", screen: () => import("./screens/buyer/Payments"), who: "signedIn" },
  { path: "/deals/:id/cancel", screen: () => import("./screens/deals/Cancel"), who: "signedIn" },
  { path: "/deals/:id/dispute", screen: () => import("./screens/deals/Dispute"), who: "signedIn" },
  { path: "/deals/:id/review", screen: () => import("./screens/deals/WriteReview"), who: "signedIn" },
  // Worker
  { path: "/jobs/:id/bid", screen: () => import("./screens/worker/PlaceBid"), who: "worker" },
  { path: "/me/bids", screen: () => import("./screens/worker/OwnBids"), who: "worker" },
  { path: "/deals/:id/submit", screen: () => import("./screens/worker/HandIn"), who: "signedIn" },
  { path: "/me/earnings", screen: () => import("./screens/worker/Earnings"), who: "signedIn" },
  { path: "/me/payout-account", screen: () => import("./screens/worker/PayoutAccount"), who: "signedIn" },
  // Seller
  { path: "/me/materials", screen: () => import("./screens/seller/OwnMaterials"), who: "seller" },
  { path: "/me/materials/new", screen: () => import("./screens/seller/NewMaterial"), who: "seller" },
  { path: "/me/materials/:id", screen: () => import("./screens/seller/EditMaterial"), who: "seller" },
  // Admin
  {
    path: "/admin",
    screen: () => import("./screens/admin/Admin"),
    who: "admin",
    words: ["work", "own", "problems", "admin"],
  },
  {
    path: "/admin/:page/:id?",
    screen: () => import("./screens/admin/Admin"),
    who: "admin",
    words: ["work", "own", "problems", "admin"],
  },
  { path: "*", screen: () => import("./screens/pages/NotFound"), who: "anybody", words: ["pages"] },
];
