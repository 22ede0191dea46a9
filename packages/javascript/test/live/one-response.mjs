// Asks the service once, prints a line, and ends when nothing keeps the process.

import { Service } from "../../dist/service/index.js";

const { KEY, ...settings } = process.env;
const headers = { authorization: `Bearer ${KEY}` };
const response = await new Service(settings).serve(new Request("http://localhost/v1/users?page_size=1", { headers }));
if (response.status !== 200) throw new Error(await response.text());
console.log((await response.json()).users.length);
