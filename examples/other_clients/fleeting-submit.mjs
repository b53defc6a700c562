// Queue a signed task from Node, without any package.
//
//     node fleeting-submit.mjs SCRIPT FUNCTION [ARGS]
//
// ARGS is a JSON list. Prints the key under which the result will be. FLEETING_QUEUE is the URL of
// the queue's Redis, FLEETING_SIGNING_KEY_FILE the private key that the workers trust.
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import net from "node:net";
import tls from "node:tls";

const TYPE = "application/vnd.fleeting.statement.v1+json";
const PREFIX = "{fleeting}:";
const QUEUE = "fleeting";

const sha256 = (data) => createHash("sha256").update(data).digest("hex");

/** The keyword arguments of `fleeting.run`, sealed. */
function signed(source, functionName, args, key) {
  const call = JSON.stringify({ key, args });
  const statement = JSON.stringify({
    calls: [sha256(call)],
    function: functionName,
    source_digest: sha256(source),
    options: { timeout_seconds: 30 },
    not_after: new Date(Date.now() + 10 * 60 * 1000).toISOString(),
    queue: QUEUE,
  });
  const length = Buffer.byteLength(statement);
  const bytes = Buffer.from(`DSSEv1 ${TYPE.length} ${TYPE} ${length} ${statement}`);
  const privateKey = createPrivateKey(readFileSync(process.env.FLEETING_SIGNING_KEY_FILE));
  const { x } = createPublicKey(privateKey).export({ format: "jwk" });
  return {
    key,
    source,
    call,
    statement,
    signature: sign(null, bytes, privateKey).toString("base64"),
    signer: sha256(Buffer.from(x, "base64url")).slice(0, 16),
  };
}

/** kombu's envelope, as far as workers look at it. */
function envelope(kwargs) {
  return JSON.stringify({
    headers: { lang: "py", task: "fleeting.run", id: kwargs.key },
    "content-type": "application/json",
    "content-encoding": "utf-8",
    body: JSON.stringify([[], kwargs, {}]),
    properties: {
      delivery_tag: kwargs.key,
      delivery_info: { exchange: "", routing_key: QUEUE },
    },
  });
}

/** Give Redis commands, each a list of words; fails with its first error. */
function redis(url, commands) {
  const { protocol, hostname, port, username, password } = new URL(url);
  const words = password ? [["AUTH", decodeURIComponent(username || "default"),
    decodeURIComponent(password)], ...commands] : commands;
  const connect = protocol === "rediss:" ? tls.connect : net.connect;
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port || 6379), servername: hostname });
    let answer = "";
    socket.on("error", reject);
    socket.on("data", (data) => {
      answer += data;
      const failure = /^-(.*)\r\n/m.exec(answer);
      if (failure) reject(new Error(failure[1]));
      if (failure || answer.endsWith("+PONG\r\n")) socket.end(resolve);
    });
    for (const command of [...words, ["PING"]]) {
      const parts = command.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
      socket.write(`*${parts.length}\r\n${parts.join("")}`);
    }
  });
}

const [script, functionName, args = "[]"] = process.argv.slice(2);
if (!functionName || !process.env.FLEETING_QUEUE || !process.env.FLEETING_SIGNING_KEY_FILE) {
  console.error("FLEETING_QUEUE=… FLEETING_SIGNING_KEY_FILE=… fleeting-submit.mjs SCRIPT FUNCTION [ARGS]");
  process.exit(1);
}
const time = String(Date.now()).padStart(13, "0");
const key = `${functionName}_${time}_${randomBytes(8).toString("hex")}`;
const kwargs = signed(readFileSync(script, "utf8"), functionName, JSON.parse(args), key);
await redis(process.env.FLEETING_QUEUE, [
  ["XADD", `${PREFIX}${QUEUE}:stream:0`, "*", "message", envelope(kwargs)],
]);
console.log(key);
