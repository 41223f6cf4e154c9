/** Not built yet. */
export default function PlaceBid() {
  return null;
}
