/** Not built yet. */
export default function JobPage() {
  return null;
}
