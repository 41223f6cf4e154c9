/** Bars of some days, with the same numbers in a table beneath, for those who cannot see or compare bars. */
import { day } from "../../words/format";
import { t } from "../../words/words";

interface ChartProps {
  title: string;
  /** Oldest first. */
  days: { date: string; value: number }[];
  write: (value: number) => string;
}

const WIDTH = 300;
const HEIGHT = 80;

export function Chart({ title, days, write }: ChartProps) {
  const most = Math.max(1, ...days.map((one) => one.value));
  const step = WIDTH / Math.max(1, days.length);
  const total = days.reduce((sum, one) => sum + one.value, 0);
  return (
    <figure class="chart">
      <figcaption>
        {title}: <strong>{write(total)}</strong>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" focusable="false">
        {days.map((one, index) => {
          const height = (one.value / most) * (HEIGHT - 2);
          return (
            <rect
              key={one.date}
              x={index * step + 1}
              y={HEIGHT - height}
              width={Math.max(1, step - 2)}
              height={height}
            />
          );
        })}
      </svg>
      <details>
        <summary>{t("admin.as_table")}</summary>
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th>{t("admin.day")}</th>
                <th>{title}</th>
              </tr>
            </thead>
            <tbody>
              {[...days].reverse().map((one) => (
                <tr key={one.date}>
                  <td>{day(one.date)}</td>
                  <td>{write(one.value)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}
