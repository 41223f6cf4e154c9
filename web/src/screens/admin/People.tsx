/** People: found by phone, e-mail or state; one person with what an admin may change. */
import { useSignal } from "@preact/signals";
import { api, ask, type Schemas } from "../../api/client";
import { usePages, useQuery } from "../../api/query";
import { Loaded } from "../../forms/Loaded";
import { Select } from "../../forms/Select";
import { TextField } from "../../forms/TextField";
import { Badge } from "../../ui/Badge";
import { Button, LinkButton } from "../../ui/Button";
import { Facts } from "../../ui/Facts";
import { Page } from "../../ui/Page";
import { moment, phone } from "../../words/format";
import { t } from "../../words/words";
import { Decision } from "./Decision";
import { Queue } from "./Queue";
import { Said } from "./said";

type User = Schemas["AdminUserView"];
type Findable = "active" | "suspended";
type Found = { phone?: string; email?: string; status?: Findable };

export default function People({ id }: { id?: string }) {
  return id ? <OnePerson id={id} /> : <Find />;
}

function Find() {
  const contact = useSignal("");
  const status = useSignal("");
  const query = useSignal<Found>({});
  const search = () => {
    const text = contact.value.trim();
    query.value = {
      ...(text ? (text.includes("@") ? { email: text } : { phone: text }) : {}),
      ...(status.value ? { status: status.value as Findable } : {}),
    };
  };
  return (
    <Page title={t("admin.people")} back="/admin">
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          search();
        }}
      >
        <TextField
          name="contact"
          label={t("admin.contact")}
          autocomplete="off"
          value={contact.value}
          onInput={(value) => {
            contact.value = value;
          }}
        />
        <Select
          name="status"
          label={t("admin.status")}
          value={status.value}
          onChange={(value) => {
            status.value = value;
          }}
          options={[
            { value: "", label: t("admin.any") },
            ...(["active", "suspended"] as const).map((value) => ({
              value,
              label: t(`admin.status_${value}`),
            })),
          ]}
        />
        <Button>{t("admin.search")}</Button>
      </form>
      <Users key={JSON.stringify(query.value)} query={query.value} />
    </Page>
  );
}

function Users({ query }: { query: Found }) {
  const pages = usePages<User>(`admin/users?${JSON.stringify(query)}`, (cursor) =>
    ask(api.GET("/admin/users", { params: { query: { ...query, ...(cursor ? { cursor } : {}) } } })),
  );
  return (
    <Queue pages={pages}>
      {(user) => (
        <div class="row">
          <a class="grow tap" href={`/admin/people/${user.userId}`}>
            {user.displayName || user.userId}
          </a>
          <span class="soft">{user.phone ? phone(user.phone) : user.email}</span>
          <Status status={user.status} />
        </div>
      )}
    </Queue>
  );
}

function OnePerson({ id }: { id: string }) {
  const user = useQuery(`admin/users/${id}`, () =>
    ask(api.GET("/admin/users/{userId}", { params: { path: { userId: id } } })),
  );
  return (
    <Page title={t("admin.person")} back="/admin/people">
      <Said />
      <Loaded query={user}>
        {(found) => (
          <>
            <h2>{found.displayName || found.userId}</h2>
            <Status status={found.status} />
            {found.statusReason && <p>{t("admin.because", { reason: found.statusReason })}</p>}
            <Facts
              facts={[
                [t("settings.phone"), found.phone ? phone(found.phone) : t("settings.none")],
                [t("settings.email"), found.email ?? t("settings.none")],
                [t("admin.roles"), found.roles.map((role) => t(`role.${role}`)).join(", ")],
                [t("admin.since"), found.createdAt ? moment(found.createdAt) : ""],
                [t("admin.verified"), found.verified ? t("admin.yes") : t("admin.no")],
                [t("admin.trust"), found.profile.trustScore],
              ]}
            />
            <LinkButton kind="secondary" href={`/people/${id}`}>
              {t("me.as_others")}
            </LinkButton>
            <LinkButton kind="secondary" href={`/admin/audit?object=people/${id}`}>
              {t("admin.audit")}
            </LinkButton>
            <Changes user={found} onDone={() => void user.reload()} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Changes({ user, onDone }: { user: Schemas["AdminPersonView"]; onDone: () => void }) {
  const admin = user.roles.includes("admin");
  const change = (body: Schemas["UserChanges"]) =>
    ask(api.PATCH("/admin/users/{userId}", { params: { path: { userId: user.userId } }, body }));
  const verify = (verified: boolean, reason: string) =>
    ask(
      api.PUT("/profiles/{userId}/verification", {
        params: { path: { userId: user.userId } },
        body: { verified, reason },
      }),
    );
  if (user.status === "erased") return null;
  const choices = [
    user.status === "active"
      ? { value: "suspend", label: t("admin.suspend"), effect: t("admin.suspend_effect"), danger: true }
      : { value: "lift", label: t("admin.lift"), effect: t("admin.lift_effect") },
    user.verified
      ? { value: "unverify", label: t("admin.unverify"), effect: t("admin.unverify_effect"), danger: true }
      : { value: "verify", label: t("admin.verify"), effect: t("admin.verify_effect") },
    admin
      ? { value: "no_admin", label: t("admin.end_admin"), effect: t("admin.end_admin_effect"), danger: true }
      : { value: "admin", label: t("admin.make_admin"), effect: t("admin.make_admin_effect"), danger: true },
  ];
  return (
    <Decision
      name="person"
      about={user.displayName}
      shortest={3}
      parties={[user.userId]}
      choices={choices}
      decide={(_key, choice, reason) => {
        if (choice === "suspend") return change({ status: "suspended", reason });
        if (choice === "lift") return change({ status: "active", reason });
        if (choice === "admin" || choice === "no_admin") return change({ admin: choice === "admin", reason });
        return verify(choice === "verify", reason);
      }}
      onDone={onDone}
    />
  );
}

function Status({ status }: { status: User["status"] }) {
  return (
    <Badge icon={status === "active" ? "done" : "warning"} tone={status === "active" ? "good" : "bad"}>
      {t(`admin.status_${status}`)}
    </Badge>
  );
}
