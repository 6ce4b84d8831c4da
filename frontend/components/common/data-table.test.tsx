import type { ColumnDef } from "@tanstack/react-table";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";

import { DataTable } from "./data-table";

interface Row {
  id: string;
  pnl: number | null;
}

const COLUMNS: ColumnDef<Row>[] = [
  { accessorKey: "id", header: "Trade" },
  { accessorKey: "pnl", header: "Profit", sortUndefined: "last" },
  {
    id: "actions",
    enableSorting: false,
    meta: { label: "Actions" },
    cell: () => <button type="button">Open</button>,
  },
];
const ROWS: Row[] = [
  { id: "a", pnl: 10 },
  { id: "b", pnl: -5 },
  { id: "c", pnl: 100 },
];

const shown = () =>
  screen
    .getAllByRole("row")
    .slice(1)
    .map((row) => within(row).getAllByRole("cell")[0]!.textContent);

describe("DataTable", () => {
  it("sorts by head, by number, and says which way", async () => {
    render(<DataTable label="Trades" columns={COLUMNS} rows={ROWS} />);
    const head = screen.getByRole("columnheader", { name: "Profit" });
    expect(head.getAttribute("aria-sort")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Profit" }));
    expect(shown()).toEqual(["b", "a", "c"]);
    expect(head.getAttribute("aria-sort")).toBe("ascending");
    await userEvent.click(screen.getByRole("button", { name: "Profit" }));
    expect(shown()).toEqual(["c", "a", "b"]);
    expect(head.getAttribute("aria-sort")).toBe("descending");
  });

  it("names a head without text for readers", () => {
    render(<DataTable label="Trades" columns={COLUMNS} rows={ROWS} />);
    expect(screen.getByRole("columnheader", { name: "Actions" })).toBeTruthy();
  });

  it("lets the keyboard move between rows and choose one", async () => {
    const choose = vi.fn();
    render(
      <DataTable label="Trades" columns={COLUMNS} rows={ROWS} rowId={(row) => row.id} onRowSelect={choose} />,
    );
    const [, first, second] = screen.getAllByRole("row");
    first!.focus();
    await userEvent.keyboard("{ArrowDown}");
    expect(document.activeElement).toBe(second);
    await userEvent.keyboard("{Enter}");
    expect(choose).toHaveBeenCalledExactlyOnceWith(ROWS[1]);
    await userEvent.keyboard("{ArrowUp} ");
    expect(choose).toHaveBeenLastCalledWith(ROWS[0]);
  });

  it("leaves the keys to a control inside a row", async () => {
    const choose = vi.fn();
    render(<DataTable label="Trades" columns={COLUMNS} rows={ROWS} onRowSelect={choose} />);
    screen.getAllByRole("button", { name: "Open" })[0]!.focus();
    await userEvent.keyboard("{ArrowDown}");
    expect(document.activeElement?.textContent).toBe("Open");
  });

  it("shows many rows in portions", async () => {
    const many = Array.from({ length: 25 }, (_, index) => ({ id: String(index), pnl: index }));
    render(<DataTable label="Trades" columns={COLUMNS} rows={many} pageSize={10} />);
    expect(shown()).toHaveLength(10);
    await userEvent.click(screen.getByRole("button", { name: "Show more" }));
    await userEvent.click(screen.getByRole("button", { name: "Show more" }));
    expect(shown()).toHaveLength(25);
    expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  });

  it("shows what to do when it is empty", () => {
    render(<DataTable label="Trades" columns={COLUMNS} rows={[]} empty={<p>Nothing yet</p>} />);
    expect(screen.getByText("Nothing yet")).toBeTruthy();
    expect(screen.queryByRole("table")).toBeNull();
  });
});
