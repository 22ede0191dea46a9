// The adapter for Chromium: plays the cases in a page. `CONFORMANCE_URL=… node chromium.mjs`.

import { runInPage } from "../runtimes/chromium.mjs";

const control = process.env.CONFORMANCE_URL;
if (control === undefined) throw new Error("CONFORMANCE_URL is not set");
await runInPage("/conformance/page.mjs", { control });
