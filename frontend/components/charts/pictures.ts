import { z } from "@/lib/zod";

const level = z.enum(["green", "amber", "red"]);
const head = {
  title: z.string(),
  unit: z.enum(["fraction", "ratio", "money", "count", "price"]).catch("ratio"),
};
const numbers = z.array(z.number());
const gappy = z.array(z.number().nullable());

/** The pictures that a check shows, as the API sends them. Times are unix seconds, fractions 0.1 for 10 %. */
const pictureSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("bars"),
    ...head,
    bars: z.array(z.object({ label: z.string(), value: z.number().nullable(), level: level.nullish() })),
    reference: z.number().nullish(),
  }),
  z.object({
    kind: z.literal("histogram"),
    ...head,
    edges: numbers,
    counts: numbers,
    own: z.number().nullish(),
  }),
  z.object({
    kind: z.literal("fan"),
    ...head,
    time: numbers,
    bands: z.object({ p5: gappy, p25: gappy, p50: gappy, p75: gappy, p95: gappy }),
    own: gappy,
  }),
  z.object({
    kind: z.literal("curves"),
    ...head,
    time: numbers,
    series: z.array(z.object({ name: z.string(), values: gappy })),
    marks: z.array(z.object({ time: z.number(), label: z.string() })).nullish(),
  }),
  z.object({
    kind: z.literal("spans"),
    ...head,
    start: z.number(),
    end: z.number(),
    spans: z.array(
      z.object({ start: z.number(), end: z.number(), label: z.string(), level: level.nullish() }),
    ),
  }),
  z.object({
    kind: z.literal("scatter"),
    ...head,
    x_label: z.string(),
    y_label: z.string(),
    points: z.array(z.tuple([z.number(), z.number()])),
  }),
]);

export type Picture = z.infer<typeof pictureSchema>;
export type PictureOf<Kind extends Picture["kind"]> = Extract<Picture, { kind: Kind }>;

/** The pictures of a check that this page can draw; others are left out. */
export function readPictures(pictures: unknown): Picture[] {
  if (!Array.isArray(pictures)) return [];
  return pictures.flatMap((picture: unknown) => {
    const read = pictureSchema.safeParse(picture);
    return read.success ? [read.data] : [];
  });
}
