import { Badge } from "@/components/ui/badge";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { HEAD_BYTES, type CsvPreview } from "@/features/market/import/csv-preview";
import { INTERVALS } from "@/features/market/labels";
import { cn } from "@/lib/cn";
import { formatBytes, formatDate, formatDateTime, formatPlural } from "@/lib/format";

const DELIMITERS = { ",": "comma", ";": "semicolon", "\t": "tab" } as const;
const SHOWN_ROWS = 8;

function facts(file: File, preview: CsvPreview): [string, string][] {
  const { time } = preview;
  const first = time.seconds.find((at) => at !== null);
  const show = time.style === "date" ? formatDate : formatDateTime;
  const undecided = time.isAmbiguous && time.label.includes("undecided");
  return [
    ["File", `${file.name}, ${formatBytes(file.size)}`],
    [
      "Layout",
      [
        `${DELIMITERS[preview.delimiter]} between columns`,
        preview.names.length > 0 ? "with a header" : "no header",
        preview.bannerLines > 0 && `${formatPlural(preview.bannerLines, "line")} above it skipped`,
        preview.decimalComma && "decimal comma",
      ]
        .filter(Boolean)
        .join(", "),
    ],
    [
      "Times",
      [
        time.label,
        preview.order,
        !undecided && first !== undefined && first !== null && `first is ${show(first)}`,
      ]
        .filter(Boolean)
        .join(", "),
    ],
    [
      "Spacing",
      preview.interval
        ? `${INTERVALS[preview.interval]}, from the rows seen`
        : "not clear from the rows seen",
    ],
  ];
}

/** What was understood of a file, and its first rows with what each column is taken for. */
export function PreviewTable({ file, preview }: { file: File; preview: CsvPreview }) {
  const rows = preview.rows.slice(0, SHOWN_ROWS);
  const width = Math.max(preview.names.length, ...rows.map((row) => row.length));
  const columns = Array.from({ length: width }, (_, index) => index);
  const hasVolume = [...preview.roles.values()].includes("volume");
  return (
    <Card className="min-w-0">
      <CardHeader>
        <CardTitle>What was understood</CardTitle>
      </CardHeader>
      <dl className="grid grid-cols-[4.5rem_minmax(0,1fr)] gap-x-3 gap-y-1 px-4 pb-4 text-[0.8125rem]">
        {facts(file, preview).map(([term, fact]) => (
          <div key={term} className="contents">
            <dt className="text-muted-foreground">{term}</dt>
            <dd className="break-words">{fact}</dd>
          </div>
        ))}
        {!hasVolume && (
          <div className="contents">
            <dt className="text-muted-foreground">Volume</dt>
            <dd>not in the file</dd>
          </div>
        )}
      </dl>
      <Table label="First rows of the file">
        <TableHeader>
          <TableRow>
            {columns.map((at) => {
              const role = preview.roles.get(at);
              return (
                <TableHead key={at} className={cn("py-1.5", role && role !== "time" && "text-right")}>
                  <span className="block max-w-40 truncate text-2xs font-normal">
                    {preview.names[at] || `column ${at + 1}`}
                  </span>
                  {role ? <Badge variant="primary">{role}</Badge> : <Badge variant="outline">ignored</Badge>}
                </TableHead>
              );
            })}
          </TableRow>
        </TableHeader>
        <TableBody>
          {rows.map((row, index) => (
            <TableRow key={index}>
              {columns.map((at) => {
                const role = preview.roles.get(at);
                return (
                  <TableCell
                    key={at}
                    className={cn(
                      "max-w-48 truncate py-1.5 font-mono text-xs whitespace-nowrap",
                      role ? role !== "time" && "text-right" : "text-muted-foreground",
                    )}
                  >
                    {row[at] ?? ""}
                  </TableCell>
                );
              })}
            </TableRow>
          ))}
        </TableBody>
      </Table>
      <p className="px-4 py-3 text-xs text-muted-foreground">
        {preview.rows.length > SHOWN_ROWS && `The first ${SHOWN_ROWS} rows. `}
        {file.size > HEAD_BYTES
          ? `Told from the first ${formatBytes(HEAD_BYTES)}; the server reads the whole file and decides over all of it.`
          : "The server reads the file again and decides."}
      </p>
    </Card>
  );
}
