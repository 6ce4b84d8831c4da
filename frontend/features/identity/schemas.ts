import { z } from "@/lib/zod";

export const emailSchema = z.email("Enter your e-mail address, like name@example.com.");

export const displayNameSchema = z
  .string()
  .trim()
  .min(1, "Enter the name others see.")
  .max(80, "At most 80 characters.");
