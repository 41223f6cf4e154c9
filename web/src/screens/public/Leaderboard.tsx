/** Not built yet. */
export default function Leaderboard() {
  return null;
}
