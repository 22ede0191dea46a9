// A Worker that plays one live case a request: `/?NAME`.

import * as users from "onepassword-users";

import { casesOf, runCases } from "./cases.mjs";

export default {
  async fetch(request, { LAB }) {
    const name = decodeURIComponent(new URL(request.url).search.slice(1));
    const cases = casesOf(LAB, users, "workerd");
    return Response.json(await runCases({ [name]: cases[name] }));
  },
};
