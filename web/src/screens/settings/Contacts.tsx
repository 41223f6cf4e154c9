/** Not built yet. */
export default function Contacts() {
  return null;
}
