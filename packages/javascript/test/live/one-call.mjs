// A program with some calls, for the test that it ends.

import { Client } from "../../dist/index.js";

const users = new Client(JSON.parse(process.env.SETTINGS));
const page = await users.list();
await users.get(page.users[0].id);
await users.get("AAAAAAAAAAAAAAAAAAAAAAAAAA").catch(() => {});
console.log("the last call has ended");
