"use client";

import { Download, FileCode2, FileJson2, Image as ImageIcon, Printer, Table2 } from "lucide-react";
import { useEffect, useEffectEvent, useState } from "react";

import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { toast } from "@/components/ui/sonner";
import { fileName } from "@/features/backtests/file-names";
import { fetchRunFile, type RunFile } from "@/features/backtests/report-api";
import { drawReport } from "@/features/backtests/report-picture";
import { usePaper } from "@/features/backtests/use-print";
import type { RunRead } from "@/lib/api/generated";
import { saveAs } from "@/lib/save-as";

const FILES: { file: RunFile; label: string; icon: typeof Table2 }[] = [
  { file: "report.html", label: "Report as HTML", icon: FileCode2 },
  { file: "report.json", label: "Report as JSON", icon: FileJson2 },
  { file: "trades.csv", label: "Trades as CSV", icon: Table2 },
  { file: "equity.csv", label: "Equity as CSV", icon: Table2 },
];

/** Element of the page that the picture shows. */
export const REPORT_ID = "report";

/** The report as a file, as a picture, or on paper. */
export function ExportMenu({ run }: { run: RunRead }) {
  const [isPending, setPending] = useState(false);
  const onPaper = usePaper();
  const print = useEffectEvent(() => void onPaper(() => window.print()));
  useEffect(() => {
    // The browser's own key would print what was drawn for the screen.
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "p" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
      event.preventDefault();
      print();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);

  async function save(make: () => Promise<Blob>, file: string) {
    setPending(true);
    try {
      saveAs(await make(), fileName(run, file));
    } catch (error) {
      toast.error(`The file could not be made. ${error instanceof Error ? error.message : ""}`.trim());
    } finally {
      setPending(false);
    }
  }

  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="outline" size="sm" pending={isPending}>
          {!isPending && <Download aria-hidden />} Export
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        {FILES.map(({ file, label, icon: Icon }) => (
          <DropdownMenuItem key={file} onSelect={() => void save(() => fetchRunFile(run.id, file), file)}>
            <Icon aria-hidden /> {label}
          </DropdownMenuItem>
        ))}
        <DropdownMenuItem
          onSelect={() => void save(() => drawReport(document.getElementById(REPORT_ID)!), "report.png")}
        >
          <ImageIcon aria-hidden /> Picture (PNG)
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={() => void onPaper(() => window.print())}>
          <Printer aria-hidden /> Print or PDF
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
