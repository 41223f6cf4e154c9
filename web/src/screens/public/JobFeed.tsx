/** Not built yet. */
export default function JobFeed() {
  return null;
}
