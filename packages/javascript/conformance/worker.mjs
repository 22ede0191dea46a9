// A Worker that plays one case a request: `/?NAME`.

import * as users from "onepassword-users";

import { driverOf } from "./dist/client.js";
import { playCase } from "./play.mjs";

export default {
  async fetch(request, { CONFORMANCE_URL }) {
    const name = decodeURIComponent(new URL(request.url).search.slice(1));
    return Response.json(await playCase({ ...users, driverOf }, CONFORMANCE_URL, name));
  },
};
