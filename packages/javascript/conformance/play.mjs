// Plays conformance cases with the package: `conformance/README.md` at the top of the repository says what is asked of an adapter.

/** Number of cases that are played at once. */
const CONCURRENCY = 4;

/** Asks the control server. */
async function ask(url, method, body) {
  const response = await fetch(url, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return response.json();
}

/**
 * Plays every case.
 *
 * @param control - URL of the control server.
 * @param playOne - Plays the case of a name.
 */
export async function playAll(control, playOne) {
  const names = await ask(`${control}/cases`, "GET");
  const work = async () => {
    for (let name = names.shift(); name !== undefined; name = names.shift()) await playOne(name);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
}

/**
 * Plays one case, and tells its results.
 *
 * @param users - The package, and `driverOf` of its client.
 * @returns The differences that the control server found.
 */
export async function playCase(users, control, name) {
  const url = `${control}/cases/${encodeURIComponent(name)}`;
  const { settings, steps } = await ask(`${url}/start`, "POST", {});
  const client = makeClient(users, settings);
  const [results, settled] = [[], []];
  for (const { calls } of steps) {
    for (const end of await Promise.all(calls.map((call) => play(users, client, call)))) {
      results.push(end.result);
      settled.push(end.settled);
    }
  }
  return (await ask(`${url}/results`, "POST", { results, settled })).differences;
}

/** A client, or the error of its settings. */
function makeClient({ Client, UsersError }, { credentials, baseUrl, ...settings }) {
  const server = typeof baseUrl === "object" ? { baseUrl: baseUrl.origin } : { region: baseUrl };
  const options = { ...settings, ...server, ...(credentials.client ?? credentials) };
  try {
    return new Client(options);
  } catch (error) {
    if (error instanceof UsersError) return error;
    throw error;
  }
}

/** Plays one call. */
async function play(users, client, { operation, abortAfterMs, drainAfterMs }) {
  const settled = [];
  const [abort, drain] = [new AbortController(), new AbortController()];
  const timers = [
    abortAfterMs === undefined ? undefined : setTimeout(() => abort.abort(), abortAfterMs),
    drainAfterMs === undefined ? undefined : setTimeout(() => drain.abort(), drainAfterMs),
  ];
  const hooks = { signal: abort.signal, drain: drain.signal };
  const onSettled = (report, target) => settled.push({ target, report });
  try {
    if (client instanceof users.UsersError) throw client;
    return { result: await call(users, client, operation, hooks, onSettled), settled };
  } catch (error) {
    if (!(error instanceof users.UsersError)) throw error;
    return { result: { error }, settled };
  } finally {
    timers.forEach(clearTimeout);
  }
}

/** Makes the call of an operation, and returns its result as the messages have it. */
async function call({ driverOf }, client, operation, hooks, onSettled) {
  const [[name, fields]] = Object.entries(operation);
  const change = () => [
    fields.targets.map(({ who, expectEmail }) => ({ ...who, ...(expectEmail !== undefined && { expectEmail }) })),
    { ...fields.options, ...hooks, onSettled },
  ];
  switch (name) {
    case "get-user":
      return { user: await client.get(fields.id, hooks) };
    case "suspend-user":
      return { user: await client.suspend(fields.id, hooks) };
    case "reactivate-user":
      return { user: await client.reactivate(fields.id, hooks) };
    case "find-user": {
      const { email, ...rest } = fields;
      return { user: await client.find(email, { ...rest, ...hooks }) };
    }
    case "list-users": {
      const { filter: state, ...rest } = fields;
      return { page: await client.list({ state, ...rest, ...hooks }) };
    }
    case "suspend-users":
      return { report: await client.contain(...change()) };
    case "reactivate-users":
      return { report: await client.restore(...change()) };
    case "check":
      return { findings: await client.check(hooks) };
    case "revoke-token":
      await client.revoke(hooks);
      return { revoked: {} };
    case "list-all-users":
      // The package reads lists page by page: the function is its driver's alone.
      return (await driverOf(client).call(operation, hooks)).result;
    default:
      throw new Error(`there is no call for ${name}`);
  }
}
