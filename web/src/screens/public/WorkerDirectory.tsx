/** Not built yet. */
export default function WorkerDirectory() {
  return null;
}
