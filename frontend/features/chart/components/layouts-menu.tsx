"use client";

import { Bookmark, Pencil, Save, Trash2 } from "lucide-react";
import { useId, useState } from "react";

import { ConfirmDialog } from "@/components/common/confirm-dialog";
import { ErrorNote } from "@/components/common/error-state";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { toast } from "@/components/ui/sonner";
import { gridOfLayout, type ChartGrid } from "@/features/chart/grid-state";
import {
  useDeleteLayout,
  useLayouts,
  useRenameLayout,
  useSaveLayout,
  useUseLayout,
} from "@/features/chart/layouts";
import type { ChangeGrid } from "@/features/chart/use-chart-grid";
import { adviseOn, toApiProblem } from "@/lib/api/problem";
import { formatAgo } from "@/lib/format";

type Named = { id: string; name: string };

const fail = (title: string) => (error: unknown) =>
  toast.error(title, { description: adviseOn(toApiProblem(error)) });

/** Arrangements of charts kept under a name: save, open, save over, rename, delete. */
export function LayoutsMenu({ grid, change }: { grid: ChartGrid; change: ChangeGrid }) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState("");
  const [renamed, setRenamed] = useState<Named | null>(null);
  const [doomed, setDoomed] = useState<Named | null>(null);
  const layouts = useLayouts();
  const save = useSaveLayout();
  const rename = useRenameLayout();
  const use = useUseLayout();
  const remove = useDeleteLayout();
  const same = layouts.data?.find((layout) => layout.name === name.trim());

  function open(layout: Named) {
    use.mutate(layout.id, {
      onSuccess: (read) => {
        const restored = gridOfLayout(read.state);
        if (!restored) {
          toast.error(`“${layout.name}” cannot be read by this version`);
          return;
        }
        change(() => restored);
        setOpen(false);
      },
      onError: fail(`“${layout.name}” could not be opened`),
    });
  }

  return (
    <>
      <Popover open={isOpen} onOpenChange={setOpen}>
        <PopoverTrigger asChild>
          <Button variant="ghost" size="icon-sm" aria-label="Layouts" title="Saved layouts">
            <Bookmark aria-hidden />
          </Button>
        </PopoverTrigger>
        <PopoverContent align="end" className="grid w-80 max-w-[calc(100vw-1rem)] gap-3" aria-label="Layouts">
          <form
            className="grid gap-1.5"
            onSubmit={(event) => {
              event.preventDefault();
              save.mutate(
                { id: same?.id, name: name.trim(), grid },
                {
                  onSuccess: () => {
                    toast.success(`Layout “${name.trim()}” is saved`);
                    setName("");
                  },
                  onError: fail("The layout could not be saved"),
                },
              );
            }}
          >
            <Label htmlFor={id} className="text-xs">
              Save these charts as
            </Label>
            <div className="flex gap-2">
              <Input
                id={id}
                value={name}
                maxLength={80}
                placeholder="Name"
                autoComplete="off"
                onChange={(event) => setName(event.target.value)}
                className="h-8"
              />
              <Button type="submit" size="sm" disabled={name.trim() === ""} pending={save.isPending}>
                {same ? "Replace" : "Save"}
              </Button>
            </div>
          </form>
          {layouts.isError ? (
            <ErrorNote error={layouts.error} />
          ) : layouts.data?.length === 0 ? (
            <p className="text-xs text-muted-foreground">
              No layout is saved yet. A layout keeps the charts, their symbols, intervals and indicators.
            </p>
          ) : (
            <ul className="-mx-1 grid max-h-72 overflow-y-auto" aria-label="Saved layouts">
              {layouts.data?.map((layout) => (
                <li key={layout.id} className="flex items-center gap-0.5 rounded-sm px-1 hover:bg-accent">
                  {renamed?.id === layout.id ? (
                    <form
                      className="flex flex-1 gap-1 py-1"
                      onSubmit={(event) => {
                        event.preventDefault();
                        rename.mutate(
                          { id: layout.id, name: renamed.name.trim() },
                          {
                            onSuccess: () => setRenamed(null),
                            onError: fail("The layout could not be renamed"),
                          },
                        );
                      }}
                    >
                      <Input
                        autoFocus
                        aria-label={`New name of ${layout.name}`}
                        value={renamed.name}
                        maxLength={80}
                        onChange={(event) => setRenamed({ ...renamed, name: event.target.value })}
                        onKeyDown={(event) => {
                          if (event.key !== "Escape") return;
                          event.stopPropagation();
                          setRenamed(null);
                        }}
                        className="h-8"
                      />
                      <Button
                        type="submit"
                        size="sm"
                        disabled={renamed.name.trim() === ""}
                        pending={rename.isPending}
                      >
                        Rename
                      </Button>
                    </form>
                  ) : (
                    <>
                      <button
                        type="button"
                        className="focus-inset grid min-h-9 min-w-0 flex-1 rounded-sm px-1 text-left"
                        onClick={() => open(layout)}
                      >
                        <span className="truncate">{layout.name}</span>
                        <span className="text-xs text-muted-foreground">
                          {layout.is_last_used ? "used last" : formatAgo(layout.used_at)}
                        </span>
                      </button>
                      <Button
                        variant="ghost"
                        size="icon-sm"
                        aria-label={`Save these charts over ${layout.name}`}
                        title="Save these charts over it"
                        onClick={() =>
                          save.mutate(
                            { id: layout.id, name: layout.name, grid },
                            {
                              onSuccess: () => toast.success(`Layout “${layout.name}” is saved`),
                              onError: fail("The layout could not be saved"),
                            },
                          )
                        }
                      >
                        <Save className="size-3.5!" aria-hidden />
                      </Button>
                      <Button
                        variant="ghost"
                        size="icon-sm"
                        aria-label={`Rename ${layout.name}`}
                        onClick={() => setRenamed({ id: layout.id, name: layout.name })}
                      >
                        <Pencil className="size-3.5!" aria-hidden />
                      </Button>
                      <Button
                        variant="ghost"
                        size="icon-sm"
                        aria-label={`Delete ${layout.name}`}
                        onClick={() => {
                          setOpen(false);
                          setDoomed({ id: layout.id, name: layout.name });
                        }}
                      >
                        <Trash2 className="size-3.5!" aria-hidden />
                      </Button>
                    </>
                  )}
                </li>
              ))}
            </ul>
          )}
        </PopoverContent>
      </Popover>
      <ConfirmDialog
        isOpen={doomed !== null}
        onClose={() => setDoomed(null)}
        title={`Delete the layout “${doomed?.name}”?`}
        description="The charts on the page stay as they are. Drawings are not part of a layout."
        confirmLabel="Delete"
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => doomed && remove.mutate(doomed.id, { onSuccess: () => setDoomed(null) })}
      />
    </>
  );
}
