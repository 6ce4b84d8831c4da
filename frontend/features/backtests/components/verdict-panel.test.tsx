import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { GrowingVerdict } from "@/features/backtests/components/verdict-panel";
import { CHECK_NAMES } from "@/features/backtests/verdict-texts";
import type { CheckRead } from "@/lib/api/generated";

const CHECK: CheckRead = {
  name: "chance",
  level: "amber",
  statement: "One in ten random runs did as well.",
  figure: 0.1,
  thresholds: "Green below 5 %, red above 20 %.",
  parts: [
    { name: "random_entries", level: "amber", statement: "Beats 90 % of them.", interval: [-0.125, 1.5] },
  ],
  pictures: [
    { kind: "histogram", title: "Random entries", unit: "ratio", edges: [0, 1, 2], counts: [1, 2], own: 1 },
  ],
};

describe("the verdict of a run that is under way", () => {
  it("lists what is checked and what still is", () => {
    render(<GrowingVerdict verdict={{ level: "amber", complete: false, checks: [CHECK] }} currency={null} />);
    screen.getByText(`1 of ${CHECK_NAMES.length} checks are made.`);
    expect(screen.getAllByText("Checking")).toHaveLength(CHECK_NAMES.length - 1);
    screen.getByText(CHECK.statement);
  });

  it("begins with every check still to come", () => {
    render(<GrowingVerdict verdict={null} currency={null} />);
    expect(screen.getAllByText("Checking")).toHaveLength(CHECK_NAMES.length);
  });
});

describe("a check", () => {
  it("opens its parts, thresholds and pictures in place", async () => {
    render(<GrowingVerdict verdict={{ level: "amber", complete: false, checks: [CHECK] }} currency={null} />);
    expect(screen.queryByText(/Green below/)).toBeNull();
    const button = screen.getByRole("button", { name: "Show picture: Chance" });
    await userEvent.click(button);
    screen.getByText(/Green below 5 %/);
    screen.getByText("Random entries.");
    screen.getByText("9 in 10 between −0.13 and 1.50");
    within(screen.getByRole("region", { name: "Random entries" })).getByRole("heading");
    await userEvent.click(screen.getByRole("button", { name: "Hide: Chance" }));
    expect(screen.queryByText(/Green below/)).toBeNull();
  });
});
