// Correct and wrong uses of the package, for the compiler.

import { Client, Pool, Report, UsersError, type TargetReport, type User, type UserState } from "onepassword-users";
import { Client as CoreClient } from "onepassword-users/core";

const users = new Client({ accountId: "A", clientId: "c", clientSecret: "s", region: "eu", deadlineMs: 5000 });
new Client({ accountId: "A", basic: "Yzpz", baseUrl: "https://proxy.example", apiVersion: "v1", fetch: globalThis.fetch });
new CoreClient({ accountId: "A", basic: "Yzpz", module: {} });
Client.fromEnv();
interface Env {
  OP_USERS_BASIC: string;
  BUCKET: { get(): void };
}
declare const env: Env;
Client.fromEnv(env, { fetch: globalThis.fetch });

// @ts-expect-error: credentials are missing
new Client({ accountId: "A" });
// @ts-expect-error: two kinds of credentials
new Client({ accountId: "A", basic: "x", clientId: "c", clientSecret: "s" });
// @ts-expect-error: two servers
new Client({ accountId: "A", basic: "x", region: "eu", baseUrl: "https://a.example" });
// @ts-expect-error: no such region
new Client({ accountId: "A", basic: "x", region: "us" });
// @ts-expect-error: no such option
new Client({ accountId: "A", basic: "x", baseURL: "https://a.example" });

export async function calls(signal: AbortSignal): Promise<void> {
  const user: User = await users.get("A", { signal });
  const state: UserState = user.state;
  if (typeof state === "object") state.other.trim();
  // @ts-expect-error: an id is missing
  await users.suspend(undefined);
  // @ts-expect-error: a user cannot be changed
  user.state = "active";
  for await (const one of users.listAll({ state: "active", maxPageSize: 100, signal })) one.email.trim();
  // @ts-expect-error: no such state
  await users.list({ state: "pending" });
  const onSettled = (report: TargetReport, index: number): void => void [report.outcome, index];
  const report: Report = await users.contain(
    ["a@b.example", { id: "A" }, { email: "a@b.example" }, { id: "A", email: "a@b.example" }],
    { dryRun: true, maxChanges: 3, protect: ["A", { email: "a@b.example" }], concurrency: 4, stopOnError: true, signal, onSettled },
  );
  await users.restore(report.undo, { drain: signal });
  // @ts-expect-error: a list is needed
  await users.contain({ id: "A" });
  // @ts-expect-error: an unknown option
  await users.contain([], { dryrun: true });
  const nothing: void = await users.revoke();
  void [nothing, await users.check(), await users.find("a@b.example", { deadlineMs: 1 })];
  await new Pool(() => users).use(async (client) => client.list());
}

export function branch(error: unknown): string | undefined {
  if (!(error instanceof UsersError)) return undefined;
  // @ts-expect-error: no such code
  if (error.code === "notfound") return "";
  if (error.effect === "possibly-applied") return error.hint;
  return error.report?.failed[0]?.error?.apiMessage;
}
