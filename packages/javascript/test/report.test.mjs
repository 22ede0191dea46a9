// The report of a bulk change.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Report } from "../dist/report.js";

const user = (id) => ({ id, email: "", displayName: "", state: "suspended", createTime: "", path: "" });
const error = (effect) => ({ code: "other", effect, message: "", retryable: false, candidates: [], requests: 1 });
const report = (targets, named = []) => new Report({ targets, requests: 1, warnings: [] }, named, "active");

test("undo names those whom the call changed or may have changed", () => {
  const { undo } = report([
    { outcome: "changed", user: user("a"), previousState: "active" },
    { outcome: "changed", user: user("a"), previousState: "active" },
    { outcome: "failed", error: error("possibly-applied"), user: user("b"), previousState: "active" },
    { outcome: "failed", error: error("not-applied"), user: user("c"), previousState: "active" },
    { outcome: "unchanged", user: user("d"), previousState: "suspended" },
    { outcome: "changed", user: user("e"), previousState: { other: "PENDING" } },
    { outcome: "changed", user: user("f") },
    { outcome: "would-change", user: user("g"), previousState: "active" },
    { outcome: "skipped", user: user("h"), previousState: "active" },
  ]);
  assert.deepEqual(undo, [{ id: "a" }, { id: "b" }]);
});

test("undo names a user who is not in the report as the caller did", () => {
  const { undo } = report([{ outcome: "changed", previousState: "active" }], [{ who: { email: "a@b.c" } }]);
  assert.deepEqual(undo, [{ email: "a@b.c" }]);
});

test("a report is ok if every target is as asked", () => {
  assert.equal(report([{ outcome: "changed" }, { outcome: "unchanged" }, { outcome: "would-change" }]).ok, true);
  assert.equal(report([{ outcome: "changed" }, { outcome: "skipped" }]).ok, false);
  assert.equal(report([{ outcome: "failed", error: error("not-applied") }]).ok, false);
  const fields = { targets: [{ outcome: "would-change" }], refused: error("not-applied"), requests: 1, warnings: [] };
  assert.equal(new Report(fields, [], "active").ok, false);
});

test("a report in JSON is that of the contract", () => {
  const fields = { targets: [{ outcome: "unchanged" }], requests: 2, warnings: ["w"] };
  assert.deepEqual(JSON.parse(JSON.stringify(new Report(fields, [], "active"))), fields);
});
