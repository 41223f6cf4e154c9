/** Links between the lists of one page. */

export function Tabs({
  label,
  links,
  current,
}: {
  label: string;
  links: [href: string, text: string][];
  current: string;
}) {
  return (
    <nav aria-label={label} class="row">
      {links.map(([href, text]) => (
        <a key={href} class="choice" href={href} aria-current={href === current ? "page" : undefined}>
          {text}
        </a>
      ))}
    </nav>
  );
}
