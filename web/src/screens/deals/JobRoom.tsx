/** Not built yet. */
export default function JobRoom() {
  return null;
}
