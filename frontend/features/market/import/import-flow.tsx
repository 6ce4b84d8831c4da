"use client";

import { isCancel } from "axios";
import { useRouter, useSearchParams } from "next/navigation";
import { useRef, useState } from "react";

import { ErrorNote } from "@/components/common/error-state";
import { FileDrop } from "@/components/common/file-drop";
import { ProgressLine } from "@/components/common/spinner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { useStartImport, type ImportForm } from "@/features/market/api";
import { HEAD_BYTES, previewCsv, readHead, UnreadableFile } from "@/features/market/import/csv-preview";
import { ImportFormCard } from "@/features/market/import/import-form";
import { ImportStatus } from "@/features/market/import/import-status";
import { RecentImports } from "@/features/market/import/recent-imports";
import { formatBytes } from "@/lib/format";

const MAX_BYTES = 200 * 1024 * 1024;

interface Chosen {
  file: File;
  head: string;
}

/** Choose a file, see what was understood, send it, watch it go in. A running import's id stands in the address. */
export function ImportFlow() {
  const router = useRouter();
  const id = useSearchParams().get("id");
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [sent, setSent] = useState(0);
  const upload = useRef<AbortController | null>(null);
  const start = useStartImport(setSent);

  async function choose(file: File) {
    setProblem(null);
    start.reset();
    try {
      if (file.size > MAX_BYTES) {
        throw new UnreadableFile(
          `The file has ${formatBytes(file.size)}; up to 200 MB are taken. Split it by years.`,
        );
      }
      const head = await readHead(file);
      previewCsv(head, file.name, file.size <= HEAD_BYTES); // throws when it is no table of bars
      setChosen({ file, head });
    } catch (error) {
      setChosen(null);
      setProblem(
        error instanceof UnreadableFile
          ? `${file.name}: ${error.message}`
          : `${file.name} could not be read. Close it where it is open and choose it again.`,
      );
    }
  }

  function send(form: ImportForm) {
    setSent(0);
    upload.current = new AbortController();
    start.mutate(
      { form, signal: upload.current.signal },
      { onSuccess: (answer) => router.replace(`/markets/import?id=${answer.id}`) },
    );
  }

  function restart() {
    setChosen(null);
    setProblem(null);
    start.reset();
    router.replace("/markets/import");
  }

  if (id) return <ImportStatus key={id} id={id} onRestart={restart} />;

  if (chosen) {
    const isSending = start.isPending || start.isSuccess;
    return (
      <ImportFormCard
        key={`${chosen.file.name} ${chosen.file.lastModified} ${chosen.file.size}`}
        file={chosen.file}
        head={chosen.head}
        error={start.error && !isCancel(start.error) ? <ErrorNote error={start.error} /> : null}
        sending={
          isSending && (
            <div className="grid gap-3">
              <ProgressLine
                label={sent < 1 ? "Sending" : "Sent; the server takes it on"}
                value={sent < 1 ? sent : null}
                note={`${formatBytes(sent * chosen.file.size)} of ${formatBytes(chosen.file.size)}`}
              />
              <Button variant="outline" className="justify-self-end" onClick={() => upload.current?.abort()}>
                Stop
              </Button>
            </div>
          )
        }
        onSend={send}
        onBack={restart}
      />
    );
  }

  return (
    <div className="mx-auto grid max-w-2xl gap-4">
      <Card className="p-4">
        <FileDrop
          label="Drop a CSV file here, or choose one"
          hint="Comma, semicolon or tab; with a header or without; dates in nearly any form; newest or oldest first; up to 200 MB."
          accept=".csv,.tsv,.txt,text/csv,text/plain,text/tab-separated-values"
          onFile={(file) => void choose(file)}
        />
        {problem && (
          <p role="alert" className="mt-3 rounded-md bg-destructive/10 px-3 py-2 text-[0.8125rem]">
            {problem}
          </p>
        )}
      </Card>
      <RecentImports />
    </div>
  );
}
