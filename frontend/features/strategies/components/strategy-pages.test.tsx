import { render } from "@testing-library/react";
import {
  PathnameContext,
  SearchParamsContext,
} from "next/dist/shared/lib/hooks-client-context.shared-runtime";
import { expect, it } from "vitest";

import { useAskedPresets } from "@/features/strategies/components/strategy-pages";

function Asked() {
  return useAskedPresets().toString();
}

function at(pathname: string, search = "") {
  return (
    <PathnameContext value={pathname}>
      <SearchParamsContext value={new URLSearchParams(search)}>
        <Asked />
      </SearchParamsContext>
    </PathnameContext>
  );
}

it("keeps what a new rule began with when saving changes the address, and follows the next new rule", () => {
  const { container, rerender } = render(at("/strategies/new", "run=1"));
  expect(container.textContent).toBe("run=1");
  rerender(at("/strategies/s1"));
  expect(container.textContent).toBe("run=1");
  rerender(at("/strategies/new", "run=2"));
  expect(container.textContent).toBe("run=2");
  rerender(at("/strategies/new"));
  expect(container.textContent).toBe("");
});
