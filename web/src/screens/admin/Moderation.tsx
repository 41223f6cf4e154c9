/** Materials and stories that wait to be shown: one at a time, decided about the version that was read. */
import { useSignal } from "@preact/signals";
import { api, ask, type Schemas } from "../../api/client";
import { forget, usePages } from "../../api/query";
import { Loaded } from "../../forms/Loaded";
import { Photo } from "../../offline/Photo";
import { Button, LinkButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Facts } from "../../ui/Facts";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { moment, money } from "../../words/format";
import { t } from "../../words/words";
import { Decision } from "./Decision";
import { Said } from "./said";
import { Tabs } from "./Tabs";

type Listing = Schemas["OwnListingView"];
type Story = Schemas["OwnStoryView"];

export default function Moderation({ id }: { id?: string }) {
  const stories = id === "stories";
  return (
    <Page title={t("admin.moderation")} back="/admin">
      <Tabs
        label={t("admin.moderation")}
        current={stories ? "/admin/moderation/stories" : "/admin/moderation"}
        links={[
          ["/admin/moderation", t("admin.queue_listings")],
          ["/admin/moderation/stories", t("admin.queue_stories")],
        ]}
      />
      {stories ? <Stories /> : <Listings />}
    </Page>
  );
}

function Listings() {
  const pages = usePages<Listing>("admin/listings", (cursor) =>
    ask(api.GET("/listings/pending", { params: { query: cursor ? { cursor } : {} } })),
  );
  return (
    <OneByOne
      pages={pages}
      about={(listing) => listing.sellerId}
      decide={(key, listing, decision, reason) =>
        ask(
          api.POST("/listings/{listingId}/moderation", {
            params: { path: { listingId: listing.id }, header: { "Idempotency-Key": key } },
            body: { decision, reason: reason || null, version: listing.version },
          }),
        )
      }
    >
      {(listing) => (
        <>
          <h2>{listing.title}</h2>
          <Facts
            facts={[
              [
                t("admin.by"),
                <a class="tap" href={`/admin/people/${listing.sellerId}`}>
                  {listing.sellerName}
                </a>,
              ],
              [t("admin.price"), `${money(listing.priceCents)} / ${listing.unit}`],
              [t("admin.place"), listing.location],
              [t("admin.since"), moment(listing.updatedAt)],
            ]}
          />
          <p class="text">{listing.description}</p>
          <div class="photos">
            {listing.photos.map((picture, index) => (
              <Photo
                key={picture.url ?? index}
                picture={picture}
                alt={t("photos.number", { number: index + 1 })}
                width={320}
              />
            ))}
          </div>
        </>
      )}
    </OneByOne>
  );
}

function Stories() {
  const featured = useSignal(false);
  const pages = usePages<Story>("admin/stories", (cursor) =>
    ask(api.GET("/stories/pending", { params: { query: cursor ? { cursor } : {} } })),
  );
  return (
    <OneByOne
      pages={pages}
      about={(story) => story.authorId}
      decide={(key, story, decision, reason) =>
        ask(
          api.POST("/stories/{storyId}/moderation", {
            params: { path: { storyId: story.id }, header: { "Idempotency-Key": key } },
            body: {
              decision,
              reason: reason || null,
              version: story.version,
              ...(decision === "approve" ? { featured: featured.value } : {}),
            },
          }),
        )
      }
    >
      {(story) => (
        <>
          <h2>{story.title}</h2>
          <Facts
            facts={[
              [
                t("admin.by"),
                <a class="tap" href={`/admin/people/${story.authorId}`}>
                  {story.authorName}
                </a>,
              ],
              [t("admin.kind"), t(`story_type.${story.type}`)],
              [t("admin.since"), moment(story.updatedAt)],
            ]}
          />
          <p class="text">{story.content}</p>
          <div class="photos">
            {story.media.map((one, index) =>
              one.url ? (
                <img
                  key={one.url}
                  class="photo"
                  src={one.url}
                  alt={t("photos.number", { number: index + 1 })}
                  width="320"
                />
              ) : null,
            )}
          </div>
          <label class="choice">
            <input
              type="checkbox"
              checked={featured.value}
              onChange={(event) => {
                featured.value = event.currentTarget.checked;
              }}
            />
            {t("admin.feature")}
          </label>
        </>
      )}
    </OneByOne>
  );
}

interface OneByOneProps<T> {
  pages: ReturnType<typeof usePages<T>>;
  about: (item: T) => string;
  decide: (key: string, item: T, decision: "approve" | "reject", reason: string) => Promise<unknown>;
  children: (item: T) => preact.ComponentChildren;
}

function OneByOne<T extends { id: string; version: number; title: string }>({
  pages,
  about,
  decide,
  children,
}: OneByOneProps<T>) {
  const done = useSignal<string[]>([]);
  const skipped = useSignal(0);
  const changed = useSignal(false);
  return (
    <>
      <Said />
      <Loaded query={pages} empty={<Nothing />}>
        {(items) => {
          const left = items.filter((one) => !done.value.includes(`${one.id}/${one.version}`));
          const item = left[skipped.value % Math.max(1, left.length)];
          if (!item) return <Nothing />;
          return (
            <article class="card">
              <p class="soft">{t("admin.left", { n: left.length })}</p>
              {changed.value && <Note kind="info">{t("admin.changed")}</Note>}
              {children(item)}
              <Decision
                key={`${item.id}/${item.version}`}
                name={item.id}
                about={item.title}
                shortest={0}
                parties={[about(item)]}
                choices={[
                  {
                    value: "approve",
                    label: t("admin.approve"),
                    effect: t("admin.approve_effect"),
                    shortcut: "a",
                  },
                  {
                    value: "reject",
                    label: t("admin.reject"),
                    effect: t("admin.reject_effect"),
                    danger: true,
                    shortcut: "r",
                    ready: [
                      t("admin.ready_photos"),
                      t("admin.ready_words"),
                      t("admin.ready_not_allowed"),
                      t("admin.ready_contact"),
                    ],
                  },
                ]}
                decide={(key, choice, reason) => decide(key, item, choice as "approve" | "reject", reason)}
                onDone={() => {
                  changed.value = false;
                  done.value = [...done.value, `${item.id}/${item.version}`];
                  forget("admin/queues");
                  if (left.length < 2) void (pages.hasMore.value ? pages.more() : pages.reload());
                }}
                onStale={() => {
                  changed.value = true;
                  void pages.reload();
                }}
              />
              <Button
                kind="plain"
                onClick={() => {
                  skipped.value += 1;
                }}
              >
                {t("admin.next")}
              </Button>
            </article>
          );
        }}
      </Loaded>
    </>
  );
}

function Nothing() {
  return (
    <Empty text={t("admin.nothing_waits")}>
      <LinkButton kind="secondary" href="/admin">
        {t("admin.to_queues")}
      </LinkButton>
    </Empty>
  );
}
