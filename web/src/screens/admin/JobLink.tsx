/** The title of a job, which leads to it. It is read where a list has only the id. */
import { api, ask } from "../../api/client";
import { useQuery } from "../../api/query";
import { t } from "../../words/words";

export function JobLink({ id, title }: { id: string | null; title?: string | null }) {
  if (!id) return <>–</>;
  return title ? <Link id={id} title={title} /> : <Read id={id} />;
}

function Read({ id }: { id: string }) {
  const job = useQuery(`admin/job/${id}`, () =>
    ask(api.GET("/jobs/{jobId}", { params: { path: { jobId: id } } })),
  );
  return <Link id={id} title={job.data.value?.title ?? t("admin.the_job")} />;
}

function Link({ id, title }: { id: string; title: string }) {
  return (
    <a class="tap" href={`/jobs/${id}`}>
      {title}
    </a>
  );
}
