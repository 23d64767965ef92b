/** The pages, as they were built into a folder: files whose names tell what is in them for ever, and documents that name those. */
import { existsSync, readFileSync } from "node:fs";
import { extname, join, sep } from "node:path";
import express, { type RequestHandler, type Router } from "express";

const yearS = 365 * 24 * 3600;
/** What is compressed beforehand, the best first: names of encodings, and endings of files. */
const encodings = { br: ".br", gzip: ".gz" } as const;

/** `/live` is `live.html`. What is not there is answered with `404.html`, if the folder has one, to whoever can read it. */
export function pages(directory: string): Router {
  const router = express.Router();
  const assets = join(directory, "assets") + sep;
  const embed = join(directory, "embed") + sep;
  router.use(
    compressed(directory),
    express.static(directory, {
      extensions: ["html"],
      redirect: false,
      setHeaders: (response, path) => {
        // A name under assets/ has a hash of the content in it; all others are asked for anew, and mostly answered with 304.
        response.setHeader("Cache-Control", path.startsWith(assets) ? `public, max-age=${yearS}, immutable` : "no-cache");
        // What is made for pages of others. It brings nothing of anybody's: who may connect is asked at the socket (C18).
        if (path.startsWith(embed)) {
          response.setHeader("Access-Control-Allow-Origin", "*");
          response.setHeader("Cross-Origin-Resource-Policy", "cross-origin");
        }
      },
    }),
    notFound(join(directory, "404.html")),
  );
  return router;
}

/** A file of code goes as it lies compressed beside it, to whoever can read that. */
function compressed(directory: string): RequestHandler {
  return (request, response, next) => {
    const { path, method } = request;
    if (method !== "GET" && method !== "HEAD") return next();
    // Nothing but plain names: whatever else an address can say is for the server of files to judge.
    if (!/^(?:\/[\w-]+)*\/\w[\w.-]*\.(?:js|css|svg)$/.test(path) || path.includes("..")) return next();
    response.vary("Accept-Encoding");
    const encoding = request.acceptsEncodings(Object.keys(encodings)) as keyof typeof encodings | false;
    if (encoding === false || !existsSync(join(directory, path + encodings[encoding]))) return next();
    response.setHeader("Content-Encoding", encoding);
    response.type(extname(path));
    request.url = path + encodings[encoding];
    next();
  };
}

function notFound(file: string): RequestHandler {
  return (request, response, next) => {
    // A file that went away in this very moment.
    response.removeHeader("Content-Encoding");
    if (request.method !== "GET" || request.accepts(["text", "html"]) !== "html") return next();
    let page: string;
    try {
      page = readFileSync(file, "utf8");
    } catch {
      return next();
    }
    // Its parts lie beside it, and it may be shown at any depth.
    const up = "../".repeat(Math.max(0, request.path.split("/").length - 2));
    response.status(404).type("html").setHeader("Cache-Control", "no-cache");
    response.send(page.replaceAll('="./', `="${up || "./"}`));
  };
}
