/** Somebody's name, which leads to what admins see of them. It is read where a list has only the id. */
import { api, ask } from "../../api/client";
import { useQuery } from "../../api/query";
import { phone } from "../../words/format";

interface PersonLinkProps {
  id: string;
  name?: string | null | undefined;
  /** Whether their number stands beneath, for those who have to be called. */
  withPhone?: boolean;
}

export function PersonLink({ id, name, withPhone = false }: PersonLinkProps) {
  return name && !withPhone ? (
    <Link id={id} name={name} />
  ) : (
    <Read id={id} name={name} withPhone={withPhone} />
  );
}

/** Returns all that admins see of somebody. */
export function usePerson(id: string) {
  return useQuery(`admin/users/${id}`, () =>
    ask(api.GET("/admin/users/{userId}", { params: { path: { userId: id } } })),
  );
}

function Read({ id, name, withPhone }: PersonLinkProps) {
  const found = usePerson(id).data.value;
  return (
    <>
      <Link id={id} name={name || found?.displayName || id} />
      {withPhone && found?.phone && (
        <a class="tap" href={`tel:${found.phone}`}>
          {phone(found.phone)}
        </a>
      )}
    </>
  );
}

function Link({ id, name }: { id: string; name: string }) {
  return (
    <a class="tap" href={`/admin/people/${id}`}>
      {name}
    </a>
  );
}
