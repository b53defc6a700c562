// An OpenID provider with PingFederate's paths, for tests: node server.mjs MODULES CONFIG
//
// MODULES is the folder where `npm ci` has put the packages, CONFIG a JSON file of issuer, port,
// clients, key set and resources. SIGHUP reads it again, which is how keys are rotated.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, path] = process.argv.slice(2);
const entry = createRequire(`${modules}/`).resolve("oidc-provider");
const { Provider, errors } = await import(pathToFileURL(entry).href);

const read = () => JSON.parse(readFileSync(path, "utf8"));

// Paths of PingFederate, so that nothing but discovery can find them.
const routes = {
  authorization: "/as/authorization.oauth2",
  token: "/as/token.oauth2",
  introspection: "/as/introspect.oauth2",
  revocation: "/as/revoke_token.oauth2",
  userinfo: "/idp/userinfo.openid",
  jwks: "/pf/JWKS",
};

function make(config) {
  return new Provider(config.issuer, {
    routes,
    clients: config.clients.map(({ claims, ...client }) => client),
    jwks: config.jwks,
    scopes: config.scopes,
    cookies: { keys: ["only for tests"] },
    extraTokenClaims: (_, token) =>
      config.clients.find((client) => client.client_id === token.clientId)?.claims,
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo(_, resource) {
          const info = config.resources[resource];
          if (!info) throw new errors.InvalidTarget();
          return { audience: resource, ...info };
        },
      },
    },
  }).callback();
}

const config = read();
let serve = make(config);
process.on("SIGHUP", () => {
  serve = make(read());
});
createServer((request, response) => serve(request, response)).listen(config.port, "127.0.0.1");
