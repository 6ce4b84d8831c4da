import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";

import { ErrorNote, ErrorState } from "@/components/common/error-state";
import { printFigure, toneOf } from "@/components/common/figure";
import { FileDrop } from "@/components/common/file-drop";
import { isHere } from "@/components/common/navigation";
import { sparkPath } from "@/components/common/sparkline";
import { VerdictBadge } from "@/components/common/verdict-badge";
import { Button } from "@/components/ui/button";
import { ApiProblem } from "@/lib/api/problem";

describe("figures", () => {
  it("carry sign and unit", () => {
    expect(printFigure({ value: 0.05, kind: "percent", signed: true, digits: 1 })).toBe("+5.0%");
    expect(printFigure({ value: -1234.5, kind: "money", unit: "USD" })).toBe("−1,234.50 USD");
    expect(printFigure({ value: null, kind: "money", unit: "USD" })).toBe("–");
  });

  it("have a tone only where there is a direction", () => {
    expect([toneOf(1), toneOf(-1), toneOf(0), toneOf(null)]).toEqual(["text-up", "text-down", "", ""]);
  });
});

describe("sparklines", () => {
  it("fit their box and skip what is no number", () => {
    expect(sparkPath([1, Number.NaN, 3], 10, 12)).toBe("M0.0 11.0L10.0 1.0");
    expect(sparkPath([2, 2], 10, 12)).toBe("M0.0 6.0L10.0 6.0");
    expect(sparkPath([1], 10, 12)).toBe("");
  });
});

describe("a verdict", () => {
  it("is said in words, not by colour alone", () => {
    const words = (["green", "amber", "red"] as const).map((level) => {
      const { container, unmount } = render(<VerdictBadge level={level} />);
      expect(container.querySelector("svg")).toBeTruthy();
      const text = container.textContent;
      unmount();
      return text;
    });
    expect(new Set(words).size).toBe(3);
    expect(words).not.toContain("");
  });
});

describe("a failure", () => {
  const problem = new ApiProblem({
    status: 422,
    title: "Not a symbol",
    detail: "A symbol begins with a letter.",
    request_id: "r-9",
    errors: [{ location: "body.symbol", message: "too long" }],
  });

  it("says what happened and what to do", async () => {
    const retry = vi.fn();
    render(<ErrorState error={problem} onRetry={retry} />);
    expect(screen.getByRole("alert").textContent).toContain("A symbol begins with a letter.");
    expect(screen.getByRole("alert").textContent).toContain("Correct what is named");
    expect(screen.queryByText("r-9")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(retry).toHaveBeenCalledOnce();
  });

  it("names the request where the server is at fault", () => {
    render(<ErrorState error={new ApiProblem({ status: 500, title: "A fault", request_id: "r-9" })} />);
    expect(screen.getByText("r-9")).toBeTruthy();
  });

  it("says each mistake once, in a form's words, and nothing else", () => {
    const twice = new ApiProblem({
      status: 422,
      detail: "Look at: body.symbol.",
      errors: [...problem.errors],
    });
    const { container } = render(<ErrorNote error={twice} />);
    expect(container.textContent).toBe("Symbol: too long");
  });
});

describe("a button under way", () => {
  it("refuses a second click and a second submit", async () => {
    const click = vi.fn();
    const submit = vi.fn((event: { preventDefault(): void }) => event.preventDefault());
    render(
      <form onSubmit={submit}>
        <Button type="submit" pending onClick={click}>
          Save
        </Button>
      </form>,
    );
    const button = screen.getByRole("button");
    button.click();
    expect(click).not.toHaveBeenCalled();
    expect(submit).not.toHaveBeenCalled();
    expect(button.getAttribute("aria-busy")).toBe("true");
  });
});

describe("a drop zone", () => {
  it("is a file field for the keyboard, and takes the same file again", async () => {
    const take = vi.fn();
    render(<FileDrop label="Drop a file" onFile={take} />);
    const file = new File(["x"], "x.csv");
    const field = screen.getByLabelText("Drop a file");
    await userEvent.upload(field, file);
    await userEvent.upload(field, file);
    expect(take).toHaveBeenCalledTimes(2);
  });
});

describe("navigation", () => {
  it("knows where it is", () => {
    expect(isHere("/markets/import", "/markets")).toBe(true);
    expect(isHere("/marketsquare", "/markets")).toBe(false);
    expect(isHere("/markets", "/")).toBe(false);
    expect(isHere("/", "/")).toBe(true);
  });
});
