import { z } from "zod";

// zod's compiled fast path probes `new Function`, which the page's CSP refuses and reports.
z.config({ jitless: true });

export { z };
