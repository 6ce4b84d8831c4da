import { zodResolver } from "@hookform/resolvers/zod";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useForm } from "react-hook-form";
import { describe, expect, it } from "vitest";

import { DateField, SelectField, SwitchField, TextField } from "@/components/common/form-fields";
import { Form } from "@/components/ui/form";
import { z } from "@/lib/zod";

const schema = z.object({
  cash: z.string().min(1, "Enter an amount."),
  day: z.union([z.literal(""), z.iso.date("Write a day like 2010-01-31.")]),
  detail: z.string(),
  whole: z.boolean(),
});

function Fields({ onValues }: { onValues: (values: object) => void }) {
  const form = useForm({
    resolver: zodResolver(schema),
    defaultValues: { cash: "10", day: "", detail: "", whole: false },
    mode: "onChange",
  });
  return (
    <Form {...form}>
      <form onSubmit={form.handleSubmit(onValues)}>
        <TextField
          control={form.control}
          name="cash"
          label="Cash"
          unit="USD"
          isFigure
          description="At the start."
        />
        <DateField control={form.control} name="day" label="From" />
        <SelectField
          control={form.control}
          name="detail"
          label="Detail"
          emptyValue="none"
          choices={[
            { value: "none", label: "the bar alone" },
            { value: "1h", label: "hours" },
          ]}
        />
        <SwitchField control={form.control} name="whole" label="Whole units" />
        <button>Send</button>
      </form>
    </Form>
  );
}

describe("fields", () => {
  it("tie name, description and fault to the control", async () => {
    render(<Fields onValues={() => {}} />);
    const cash = screen.getByRole("textbox", { name: "Cash" });
    expect(cash.getAttribute("inputmode")).toBe("decimal");
    await userEvent.clear(cash);
    const fault = await screen.findByRole("alert");
    expect(fault.textContent).toBe("Enter an amount.");
    expect(cash.getAttribute("aria-invalid")).toBe("true");
    expect(cash.getAttribute("aria-describedby")).toContain(fault.id);
  });

  it("take a day as it is written everywhere here", async () => {
    render(<Fields onValues={() => {}} />);
    const day = screen.getByRole("textbox", { name: "From" });
    expect(day.getAttribute("placeholder")).toBe("yyyy-mm-dd");
    await userEvent.type(day, "31.12.2010");
    await screen.findByText("Write a day like 2010-01-31.");
    await userEvent.clear(day);
    await userEvent.type(day, "2010-12-31");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("hand over what was set, the empty choice as nothing", async () => {
    let values: object | null = null;
    render(<Fields onValues={(sent) => (values = sent)} />);
    expect(screen.getAllByText("the bar alone").length).toBeGreaterThan(0);
    await userEvent.click(screen.getByRole("switch", { name: "Whole units" }));
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    expect(values).toEqual({ cash: "10", day: "", detail: "", whole: true });
  });
});
