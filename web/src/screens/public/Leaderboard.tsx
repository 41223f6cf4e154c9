/** The twenty people who invited the most others. */
import { api, ask } from "../../api/client";
import { useQuery } from "../../api/query";
import { Loaded } from "../../forms/Loaded";
import { LinkButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { moment } from "../../words/format";
import { t } from "../../words/words";

export default function Leaderboard() {
  const leaders = useQuery("referrals/leaderboard", () => ask(api.GET("/referrals/leaderboard")), "public");
  const invite = <LinkButton href="/me/invitation">{t("public.leaders.invite")}</LinkButton>;
  return (
    <Page title={t("public.leaders.title")} back="/">
      <p>{t("public.leaders.what")}</p>
      <Loaded
        query={leaders}
        isEmpty={(value) => value.items.length === 0}
        empty={<Empty text={t("public.leaders.none")}>{invite}</Empty>}
      >
        {(value) => (
          <>
            <table>
              <thead>
                <tr>
                  <th scope="col">{t("public.leaders.rank")}</th>
                  <th scope="col">{t("public.leaders.name")}</th>
                  <th scope="col">{t("public.leaders.count")}</th>
                </tr>
              </thead>
              <tbody>
                {value.items.map((one) => (
                  <tr key={one.userId}>
                    <td>{one.rank}</td>
                    <td>
                      <a class="tap" href={`/people/${one.userId}`}>
                        {one.displayName}
                      </a>
                    </td>
                    <td>{one.rewardedCount}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <p class="small soft">{t("public.leaders.when", { when: moment(value.generatedAt) })}</p>
            {invite}
          </>
        )}
      </Loaded>
    </Page>
  );
}
