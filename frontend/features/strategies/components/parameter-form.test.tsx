import { fireEvent, render, screen } from "@testing-library/react";
import { beforeAll, expect, it, vi } from "vitest";

import { ParameterForm } from "@/features/strategies/components/parameter-form";

beforeAll(() => {
  // The slider measures its thumb; jsdom lays nothing out and has no observer for it.
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
});

it("says why a value outside the range went back, until the field is changed again", () => {
  const parameter = { name: "fast", default: 10, min: 5, max: 50, step: 1 };
  const taken: number[] = [];
  render(
    <ParameterForm
      parameters={[parameter]}
      values={{ fast: 10 }}
      onChange={(_, value) => taken.push(value)}
    />,
  );
  const field = screen.getByRole<HTMLInputElement>("textbox", { name: /^fast/ });
  fireEvent.change(field, { target: { value: "99" } });
  fireEvent.blur(field);
  expect(field.value).toBe("10");
  expect(taken).toEqual([]);
  const status = screen.getByRole("status");
  expect(status.textContent).toBe("fast must lie within 5 and 50; 10 is kept.");
  expect(field.getAttribute("aria-describedby")).toContain(status.id);
  fireEvent.change(field, { target: { value: "12" } });
  expect(screen.queryByRole("status")).toBeNull();
  expect(taken).toEqual([12]);
});
