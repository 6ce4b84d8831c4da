"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Copy, KeyRound, Trash2 } from "lucide-react";
import { useState, type FormEvent } from "react";

import { ConfirmDialog } from "@/components/common/confirm-dialog";
import { ErrorNote } from "@/components/common/error-state";
import { Loaded } from "@/components/common/loaded";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { toast } from "@/components/ui/sonner";
import { createApiKey, deleteApiKey, listApiKeys, type ApiKeyRead } from "@/lib/api/generated";
import { formatAgo, formatDate } from "@/lib/format";

const KEY = ["api keys"];

function useApiKeys() {
  return useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) => (await listApiKeys({ signal })).data.items,
  });
}

/** The keys with which software reads: made, shown once, deleted. */
export function ApiKeys() {
  const keys = useApiKeys();
  const [fresh, setFresh] = useState<string | null>(null);
  return (
    <div className="grid gap-4">
      {fresh ? <FreshKey text={fresh} onDone={() => setFresh(null)} /> : <NewKeyForm onMade={setFresh} />}
      <Loaded query={keys} failure="The keys could not be loaded" className="h-12">
        {(items) => (items.length > 0 ? <KeyList keys={items} /> : <NoKeys />)}
      </Loaded>
    </div>
  );
}

function NoKeys() {
  return <p className="text-[0.8125rem] text-muted-foreground">No key yet.</p>;
}

function NewKeyForm({ onMade }: { onMade: (text: string) => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const create = useMutation({
    mutationFn: async () => (await createApiKey({ body: { name } })).data,
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: KEY });
      setName("");
      onMade(made.key);
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (name.trim()) create.mutate();
  }
  return (
    <form onSubmit={submit} className="grid gap-1.5">
      <Label htmlFor="api-key-name">What it is for</Label>
      <div className="flex gap-2">
        <Input
          id="api-key-name"
          value={name}
          maxLength={80}
          placeholder="notebook"
          onChange={(event) => setName(event.target.value)}
          className="max-w-64"
        />
        <Button type="submit" variant="outline" pending={create.isPending} disabled={!name.trim()}>
          <KeyRound aria-hidden /> Make a key
        </Button>
      </div>
      {create.error && <ErrorNote error={create.error} />}
    </form>
  );
}

function FreshKey({ text, onDone }: { text: string; onDone: () => void }) {
  function copy() {
    navigator.clipboard.writeText(text).then(
      () => toast("The key is copied."),
      () => toast.error("The browser did not allow copying: select the key and copy it by hand."),
    );
  }
  return (
    <div className="grid gap-2 rounded-md border p-3" role="status">
      <p className="text-[0.8125rem]">Copy the key now: it is shown this once.</p>
      <code className="rounded bg-muted px-2 py-1.5 text-xs break-all select-all">{text}</code>
      <div className="flex gap-2">
        <Button size="sm" onClick={copy}>
          <Copy aria-hidden /> Copy
        </Button>
        <Button size="sm" variant="ghost" onClick={onDone}>
          Done
        </Button>
      </div>
    </div>
  );
}

function KeyList({ keys }: { keys: ApiKeyRead[] }) {
  const queries = useQueryClient();
  const [doomed, setDoomed] = useState<ApiKeyRead | null>(null);
  const remove = useMutation({
    mutationFn: async (keyId: string) => void (await deleteApiKey({ path: { key_id: keyId } })),
    onSuccess: () => setDoomed(null),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  return (
    <>
      <ul className="grid gap-2">
        {keys.map((key) => (
          <li key={key.id} className="flex items-center gap-3 text-[0.8125rem]">
            <div className="min-w-0 flex-1">
              <p className="truncate font-medium">{key.name}</p>
              <p className="text-xs text-muted-foreground tabular-nums">
                {key.hint}… · reads ·{" "}
                {key.last_used_at ? `used ${formatAgo(key.last_used_at)}` : "not used yet"}
                {key.expires_at && ` · until ${formatDate(key.expires_at)}`}
              </p>
            </div>
            <Button
              variant="ghost"
              size="icon-sm"
              aria-label={`Delete the key ${key.name}`}
              title="Delete"
              onClick={() => setDoomed(key)}
            >
              <Trash2 aria-hidden />
            </Button>
          </li>
        ))}
      </ul>
      <ConfirmDialog
        isOpen={doomed !== null}
        onClose={() => setDoomed(null)}
        title={`Delete the key ${doomed?.name ?? ""}?`}
        description="Software that uses it is refused from now on. This cannot be undone."
        confirmLabel="Delete"
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => doomed && remove.mutate(doomed.id)}
      />
    </>
  );
}
