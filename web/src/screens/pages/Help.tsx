/** Not built yet. */
export default function Help() {
  return null;
}
