// A component in JavaScript, made by componentize-js: one GET with `fetch`, its JSON parsed.

let usersUrl;
let token;

async function get(path) {
  const response = await fetch(`${usersUrl}${path}`, {
    headers: {
      accept: "application/json",
      "user-agent": "Rival/1",
      authorization: `Bearer ${token}`,
    },
  });
  if (response.status !== 200) throw `${response.status}`;
  return response.json();
}

export const users = {
  configure(url, newToken) {
    usersUrl = url;
    token = newToken;
  },

  async getUser(id) {
    const user = await get(`/${id}`);
    if (user.id !== id) throw "another user";
    return user.email;
  },

  async listUsers() {
    return (await get("?max_page_size=1000")).results.length;
  },
};
