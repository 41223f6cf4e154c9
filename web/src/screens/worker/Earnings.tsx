/** Not built yet. */
export default function Earnings() {
  return null;
}
