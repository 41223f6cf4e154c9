/** Not built yet. */
export default function CheckWork() {
  return null;
}
