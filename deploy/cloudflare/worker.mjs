// The service as a Cloudflare Worker, and a nightly change by a cron trigger: see README.md. Run by `packages/javascript/service.sh`.

import { serve } from "onepassword-users/service";

export default {
  fetch: (request, env, ctx) => serve(request, { settings: env, waitUntil: (work) => ctx.waitUntil(work) }),

  /** Suspends the users whom the key `leavers` of the KV namespace LEAVERS names: ids or e-mail addresses, one a line. */
  async scheduled(controller, env) {
    const names = await env.LEAVERS.get("leavers");
    if (names === null) throw new Error("LEAVERS has no key `leavers`");
    const users = names.split("\n").map((line) => line.trim()).filter((line) => line !== "");
    if (users.length === 0) return;
    const request = new Request("https://service.internal/v1/contain", {
      method: "POST",
      headers: { authorization: `Bearer ${env.CRON_KEY}`, "content-type": "application/json" },
      body: JSON.stringify({ users, reason: "left the company", ticket: `cron ${new Date(controller.scheduledTime).toISOString()}` }),
    });
    const response = await serve(request, { settings: env });
    const report = await response.text();
    console.log(report);
    // The trigger is shown as failed, unless every user is suspended.
    if (response.status !== 200) throw new Error(`${response.status}: not every user is suspended`);
  },
};
